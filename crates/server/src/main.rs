//! The executable `shuyu`.

use std::process::ExitCode;

/// Many threads make and drop many small things; the system's allocator takes a
/// tenth of a lookup's time for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    shuyu_server::program::main()
}
