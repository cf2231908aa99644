//! Compiles anew when the console was built anew: what is embedded is a list of files that
//! the compiler cannot see grow. Builds nothing itself.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
