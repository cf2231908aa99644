//! The command line. Each subcommand is one file in `commands/`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use shuyu_model::CryptoProfile;

use crate::commands;

/// 公共数据资源授权运营平台: compute on government data without seeing it.
#[derive(Debug, Parser)]
#[command(name = "shuyu", version, about, max_term_width = 100)]
pub struct Cli {
    /// The folder of database, log, keys and sealed data.
    #[arg(long, global = true, default_value = "./data", value_name = "DIR")]
    pub data: PathBuf,
    /// How our own log is written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How our own log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the API, the public page and the log, and works on jobs.
    Serve(ServeArgs),
    /// Works on the jobs that wait, without serving anything.
    Work(WorkArgs),
    /// Lets the made-up city 江城市 live its story on a server of its own.
    Demo(DemoArgs),
    /// Takes a backup of a platform that stands still; one that serves takes its own
    /// (`serve --backups`).
    Backup(BackupArgs),
    /// Takes a backup back into a data folder that is not there, once it has proved whole.
    Restore(RestoreArgs),
    /// Brings the database to this version, and ends.
    Migrate(StoreArgs),
    /// Proves the log again, from its files alone.
    Verify(VerifyArgs),
    /// Watches a log: refuses one that was forked or shortened, cosigns what it saw.
    Witness(WitnessArgs),
    /// Rules as data.
    #[command(subcommand)]
    Regime(RegimeCommand),
    /// The first people of a new platform.
    #[command(subcommand)]
    Admin(AdminCommand),
}

/// Where the state lies and with which algorithms.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    /// `sqlite:PATH` or `postgres://…`; a SQLite file in the data folder if not given.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Which algorithms. Chosen with the first start, for good.
    #[arg(long, value_enum, default_value_t = ProfileName::International)]
    pub profile: ProfileName,
    /// The log's name to the world.
    #[arg(long, default_value = "jiangcheng.example/shuyu", value_name = "NAME")]
    pub origin: String,
    /// A folder of regimes that takes the place of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub regimes: Option<PathBuf>,
    /// Which regime is in force here.
    #[arg(long, default_value = shuyu_registry::rules::SHIPPED_CODE, value_name = "CODE")]
    pub regime: String,
    /// Tries a regime that is a draft for comment, as if it were in force; everything
    /// made then says so.
    #[arg(long = "try")]
    pub is_tried: bool,
    /// Free room on the disk, in mebibytes, below which no new work is taken.
    #[arg(long, default_value_t = crate::limits::DISK_RESERVE_BYTES / 1_048_576, value_name = "MIB")]
    pub disk_reserve_mib: u64,
}

/// A crypto profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// SHA-256, Ed25519, AES-256-GCM.
    International,
    /// SM3, SM2, SM4-GCM.
    Guomi,
}

impl From<ProfileName> for CryptoProfile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::International => Self::International,
            ProfileName::Guomi => Self::Guomi,
        }
    }
}

/// `shuyu serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: String,
    /// The certificate's chain, PEM; replaced while it runs, it is used from then on.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's key, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// A proxy on this machine ends TLS: cookies are kept for TLS alone.
    #[arg(long, conflicts_with = "tls_certificate")]
    pub tls_in_front: bool,
    /// The folder that backups go to, best on another disk; the newest seven are kept.
    #[arg(long, value_name = "DIR")]
    pub backups: Option<PathBuf>,
    /// Hours from one backup to the next.
    #[arg(long, default_value_t = 24, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub backup_every_hours: u32,
    /// A demonstration: its clock can be moved ahead over the API.
    #[arg(long)]
    pub demo: bool,
    /// Where the state lies.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `shuyu work`.
#[derive(Debug, Clone, Args)]
pub struct WorkArgs {
    /// Ends when nothing waits any more.
    #[arg(long)]
    pub once: bool,
    /// Where the state lies.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `shuyu backup`.
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// The folder that backups go to.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// Where the state lies.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `shuyu restore`.
#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// The backup: a folder with a manifest.
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// Only proves it, and restores nothing.
    #[arg(long)]
    pub check: bool,
}

/// `shuyu demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Ends when the story is told.
    #[arg(long)]
    pub once: bool,
    /// How many people live in the city. With fewer than 400 its report would count
    /// cells of less than ten, and the airlock would be right to stop it.
    #[arg(long, default_value_t = 25_000, value_name = "N", value_parser = clap::value_parser!(u32).range(400..=1_000_000))]
    pub residents: u32,
    /// Another seed, another city.
    #[arg(long, default_value_t = 20_260_305, value_name = "N")]
    pub seed: u64,
    /// The address to listen on; any free port where it ends in `:0`.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: String,
    /// Where the state lies.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `shuyu verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// The log's folder; `log` in the data folder if not given.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// The log's public key; the one in the data folder if not given.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// `shuyu witness`.
#[derive(Debug, Clone, Args)]
pub struct WitnessArgs {
    /// The log: a folder, or the address of a server's `/log`.
    #[arg(long, value_name = "URL|DIR")]
    pub log: String,
    /// The log's public key (`verifier.key`), got from whoever runs the log and
    /// not from the log itself. Needed the first time; then remembered.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The name that stands on the cosignatures.
    #[arg(long, default_value = "witness.jiangcheng.example", value_name = "NAME")]
    pub name: String,
    /// The witness's own folder: its key and what it saw.
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,
    /// Looks again after so many seconds.
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub every: u64,
    /// Looks once, and ends.
    #[arg(long, conflicts_with = "every")]
    pub once: bool,
}

/// `shuyu regime`.
#[derive(Debug, Subcommand)]
pub enum RegimeCommand {
    /// Reads a regime file (or the built-in ones) and says everything that is wrong with it.
    Check {
        /// The file.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Says in plain Chinese what changes for whom from one to the other.
    Diff {
        /// The code of a built-in regime, or a file.
        #[arg(value_name = "A")]
        a: String,
        /// Another.
        #[arg(value_name = "B")]
        b: String,
    },
    /// Shows for each clause of a document what carries it, what shows that, and what is missing.
    Conformance(ConformanceArgs),
}

/// `shuyu regime conformance`.
#[derive(Debug, Clone, Args)]
pub struct ConformanceArgs {
    /// The code of the document's regime.
    #[arg(value_name = "CODE")]
    pub code: String,
    /// Prints rows {id, kind, carried_by, tests, evidence} as JSON.
    #[arg(long, conflicts_with = "html")]
    pub json: bool,
    /// Writes the table as a page.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Looks the newest evidence up in the journal of the data folder, which no server may hold.
    #[arg(long)]
    pub evidence: bool,
    /// Where the state lies.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `shuyu admin`.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Makes the three administrators of an empty platform and prints their first passwords.
    Bootstrap(BootstrapArgs),
}

/// `shuyu admin bootstrap`.
#[derive(Debug, Clone, Args)]
pub struct BootstrapArgs {
    /// The name of the organisation that runs the platform.
    #[arg(long, default_value = "平台运行单位", value_name = "NAME")]
    pub organisation: String,
    /// Its unified social credit code.
    #[arg(long, value_name = "CODE")]
    pub credit_code: String,
    /// Where the state lies.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let data = cli.data;
    match cli.command {
        Command::Serve(args) => commands::serve::run(&data, args).await,
        Command::Work(args) => commands::work::run(&data, args).await,
        Command::Demo(args) => commands::demo::run(&data, args).await,
        Command::Backup(args) => commands::backup::take(&data, args).await,
        Command::Restore(args) => commands::backup::restore(&data, &args),
        Command::Migrate(args) => commands::migrate::run(&data, args).await,
        Command::Verify(args) => commands::verify::run(&data, args),
        Command::Witness(args) => commands::witness::run(args).await,
        Command::Regime(RegimeCommand::Check { file }) => commands::regime::check(file.as_deref()),
        Command::Regime(RegimeCommand::Diff { a, b }) => commands::regime::diff(&a, &b),
        Command::Regime(RegimeCommand::Conformance(args)) => commands::conformance::run(&data, args).await,
        Command::Admin(AdminCommand::Bootstrap(args)) => commands::admin::bootstrap(&data, args).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_takes_the_data_folder_before_and_after_its_name() {
        for words in [
            &["shuyu", "--data", "/x", "serve"][..],
            &["shuyu", "serve", "--data", "/x"],
            &["shuyu", "serve", "--regime", "changsha-2023", "--try", "--data", "/x"],
            &["shuyu", "demo", "--once", "--residents", "400", "--data", "/x"],
            &["shuyu", "regime", "check", "--data", "/x"],
            &["shuyu", "verify", "--data", "/x"],
        ] {
            let cli = Cli::try_parse_from(words).unwrap();
            assert_eq!(cli.data, PathBuf::from("/x"), "{words:?}");
        }
    }
}
