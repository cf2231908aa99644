//! Every function that a statement may call, each with why.
//!
//! A function is here only if it computes from its arguments alone, gives the
//! same answer whenever it is asked, and does not blow a short text up into a
//! long one. So there is nothing that reads a file's name, a version, a clock,
//! a setting or a random number, nothing that makes rows, and no `repeat`.
//!
//! INVARIANT (one list): the session is built from this list; what is not here
//! does not exist in it. The gate compares again, by the same list.

/// What a function is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One row's values.
    Scalar,
    /// A group of rows.
    Aggregate,
    /// Rows around a row.
    Window,
}

/// A function that a statement may call.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name in SQL, in lower case.
    pub name: &'static str,
    /// Other spellings of it.
    pub aliases: &'static [&'static str],
    /// What it is called on.
    pub kind: Kind,
    /// Why it is allowed.
    pub why: &'static str,
}

const fn scalar(name: &'static str, aliases: &'static [&'static str], why: &'static str) -> Function {
    Function { name, aliases, kind: Kind::Scalar, why }
}

const fn aggregate(name: &'static str, aliases: &'static [&'static str], why: &'static str) -> Function {
    Function { name, aliases, kind: Kind::Aggregate, why }
}

const fn window(name: &'static str, why: &'static str) -> Function {
    Function { name, aliases: &[], kind: Kind::Window, why }
}

/// Every one.
pub const ALL: &[Function] = &[
    // Choosing between values.
    scalar("coalesce", &[], "the first of several values that is there"),
    scalar("nullif", &[], "a marker value made null"),
    scalar("nvl", &["ifnull"], "a default for null"),
    scalar("nvl2", &[], "one of two values by whether a third is there"),
    scalar("greatest", &[], "the largest of several columns"),
    scalar("least", &[], "the smallest of several columns"),
    // Text.
    scalar("ascii", &[], "the code of the first character"),
    scalar("btrim", &["trim"], "spaces cut off both ends"),
    scalar("ltrim", &[], "spaces cut off the front"),
    scalar("rtrim", &[], "spaces cut off the end"),
    scalar("character_length", &["length", "char_length"], "how many characters"),
    scalar("octet_length", &[], "how many bytes"),
    scalar("bit_length", &[], "how many bits"),
    scalar("concat", &[], "texts put together"),
    scalar("concat_ws", &[], "texts put together with a separator"),
    scalar("contains", &[], "whether a text holds another"),
    scalar("starts_with", &[], "whether a text begins with another"),
    scalar("ends_with", &[], "whether a text ends with another"),
    scalar("strpos", &["instr", "position"], "where a text holds another"),
    scalar("find_in_set", &[], "where a list in a text holds an entry"),
    scalar("left", &[], "the first characters"),
    scalar("right", &[], "the last characters"),
    scalar("substr", &["substring"], "some characters"),
    scalar("substr_index", &["substring_index"], "the part before the n-th separator"),
    scalar("split_part", &[], "the n-th part between separators"),
    scalar("overlay", &[], "some characters replaced by others"),
    scalar("replace", &[], "one text replaced by another"),
    scalar("translate", &[], "characters replaced one by one"),
    scalar("reverse", &[], "the characters backwards"),
    scalar("lower", &[], "small letters"),
    scalar("upper", &[], "capital letters"),
    scalar("initcap", &[], "capitals at the words' beginnings"),
    scalar("levenshtein", &[], "how many letters two texts differ by"),
    // Dates.
    scalar("date_part", &["datepart"], "year, month, day, hour of a moment"),
    scalar("date_trunc", &["datetrunc"], "a moment cut down to its month, day, hour"),
    scalar("date_bin", &[], "a moment cut down to its interval"),
    scalar("make_date", &[], "a date from year, month and day"),
    scalar("to_date", &[], "a text read as a date"),
    scalar("to_timestamp", &[], "a text or number read as a moment"),
    scalar("to_timestamp_seconds", &[], "the same, in seconds"),
    scalar("to_timestamp_millis", &[], "the same, in milliseconds"),
    scalar("to_timestamp_micros", &[], "the same, in microseconds"),
    scalar("to_unixtime", &[], "a moment as seconds since 1970"),
    scalar("from_unixtime", &[], "seconds since 1970 as a moment"),
    scalar("to_char", &["date_format"], "a moment written in a given form"),
    // Groups.
    aggregate("count", &[], "how many"),
    aggregate("sum", &[], "the total"),
    aggregate("avg", &["mean"], "the mean"),
    aggregate("min", &[], "the least; one row decides it, and the airlock counts it so"),
    aggregate("max", &[], "the most; one row decides it, and the airlock counts it so"),
    aggregate("median", &[], "the middle; one row decides it, and the airlock counts it so"),
    aggregate("stddev", &["stddev_samp"], "the spread"),
    aggregate("stddev_pop", &[], "the spread of a whole population"),
    aggregate("var", &["var_samp", "var_sample"], "the spread, squared"),
    aggregate("var_pop", &["var_population"], "the spread of a whole population, squared"),
    aggregate("corr", &[], "how two columns go together"),
    aggregate("covar_samp", &["covar"], "how two columns vary together"),
    aggregate("covar_pop", &[], "the same, of a whole population"),
    aggregate("bool_and", &[], "whether it holds for all; one row decides it"),
    aggregate("bool_or", &[], "whether it holds for any; one row decides it"),
    aggregate("grouping", &[], "which columns a subtotal is over"),
    // Rows around a row.
    window("row_number", "the place in an order"),
    window("rank", "the place in an order, with ties"),
    window("dense_rank", "the place in an order, with ties and no gaps"),
    window("percent_rank", "the place in an order, from 0 to 1"),
    window("cume_dist", "the share of rows at or before"),
    window("ntile", "the place in an order, in n parts"),
    window("lag", "the value of the row before"),
    window("lead", "the value of the row after"),
];

/// The function of this name or alias, in lower case.
pub fn find(name: &str) -> Option<&'static Function> {
    ALL.iter().find(|function| function.name == name || function.aliases.contains(&name))
}

/// Aggregates whose value one row decides: it shows that row's value.
pub(crate) const ONE_ROW_DECIDES: [&str; 5] = ["min", "max", "median", "bool_and", "bool_or"];

/// All names of one kind, for a reason's "instead".
pub(crate) fn names(kind: Kind) -> String {
    ALL.iter().filter(|f| f.kind == kind).map(|f| f.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_name_stands_once_per_kind_and_says_why() {
        let mut seen = BTreeSet::new();
        for function in ALL {
            for name in std::iter::once(&function.name).chain(function.aliases) {
                assert!(seen.insert(*name), "{name} twice");
                assert_eq!(name.to_lowercase(), **name);
            }
            assert!(function.why.len() > 5, "{}", function.name);
        }
    }

    #[test]
    fn lists_nothing_that_reads_the_machine_makes_rows_or_differs_each_time() {
        for name in [
            "version",
            "input_file_name",
            "random",
            "uuid",
            "now",
            "current_date",
            "current_time",
            "current_timestamp",
            "generate_series",
            "range",
            "unnest",
            "repeat",
            "lpad",
            "rpad",
            "array_agg",
            "string_agg",
            "first_value",
            "last_value",
            "nth_value",
            "arrow_typeof",
            "arrow_cast",
            "arrow_metadata",
            "get_field",
            "named_struct",
            "pg_sleep",
            "read_parquet",
            "parquet_metadata",
        ] {
            assert!(find(name).is_none(), "{name}");
        }
    }
}
