//! Settings: one name as flag, as environment variable and as key of the settings file.

use crate::config_file::File;
use anyhow::{Context, Result, ensure};
use clap::{ArgMatches, Args, CommandFactory, parser::ValueSource};
use meridian_api::Smtp;
use meridian_channels::{
    Egress, Model,
    email::{Checker, NameServers},
};
use meridian_domain::secret::Secret;
use meridian_files::{Bucket, Files};
use meridian_store::{DbSettings, migrate};
use std::time::Duration;

/// Settings of every process.
#[derive(Args, Clone)]
pub struct Config {
    /// A file of settings (TOML); flags and the environment beat it. `infra/config.example.toml` lists them all.
    #[arg(long = "config", global = true, env = "MERIDIAN_CONFIG", value_name = "FILE")]
    pub file: Option<std::path::PathBuf>,
    /// dev or production; production refuses weak settings.
    #[arg(long, global = true, env = "MERIDIAN_PROFILE", default_value = "production")]
    pub profile: String,
    /// The owner's database: migrate and seed. Without the three below, the roles' URLs are derived from it.
    #[arg(long, global = true, env = "MERIDIAN_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Password of the roles made by `migrate`.
    #[arg(long, global = true, env = "MERIDIAN_DATABASE_ROLE_PASSWORD", hide_env_values = true)]
    pub database_role_password: Option<String>,
    /// Database as `meridian_app`.
    #[arg(long, global = true, env = "MERIDIAN_DATABASE_APP_URL", hide_env_values = true)]
    pub database_app_url: Option<String>,
    /// Database as `meridian_intake`.
    #[arg(long, global = true, env = "MERIDIAN_DATABASE_INTAKE_URL", hide_env_values = true)]
    pub database_intake_url: Option<String>,
    /// Database as `meridian_system`; the api needs none.
    #[arg(long, global = true, env = "MERIDIAN_DATABASE_SYSTEM_URL", hide_env_values = true)]
    pub database_system_url: Option<String>,
    /// Connections of the app role.
    #[arg(long, global = true, env = "MERIDIAN_DATABASE_CONNECTIONS", default_value_t = 16)]
    pub database_connections: u32,
    /// Redis: hints alone, may be lost.
    #[arg(
        long,
        global = true,
        env = "MERIDIAN_REDIS_URL",
        default_value = "redis://127.0.0.1:6379",
        hide_env_values = true
    )]
    pub redis_url: String,
    /// Prefix of everything in Redis.
    #[arg(long, global = true, env = "MERIDIAN_REDIS_PREFIX", default_value = "meridian:")]
    pub redis_prefix: String,
    /// RabbitMQ: work between processes, may be rebuilt.
    #[arg(
        long,
        global = true,
        env = "MERIDIAN_AMQP_URL",
        default_value = "amqp://127.0.0.1:5672/%2f",
        hide_env_values = true
    )]
    pub amqp_url: String,
    /// Prefix of everything in the broker.
    #[arg(long, global = true, env = "MERIDIAN_AMQP_PREFIX", default_value = "meridian.")]
    pub amqp_prefix: String,
    /// At least 32 characters; tokens are signed and secrets sealed under keys derived from it.
    #[arg(long, global = true, env = "MERIDIAN_SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Earlier secret keys, comma-separated: what they sealed can still be opened.
    #[arg(long, global = true, env = "MERIDIAN_SECRET_KEY_PREVIOUS", hide_env_values = true, default_value = "")]
    pub secret_key_previous: String,
    /// Where HTTP and sockets are served.
    #[arg(long, global = true, env = "MERIDIAN_HTTP_BIND", default_value = "127.0.0.1:8080")]
    pub http_bind: String,
    /// Where metrics and the workers' health are served; keep it private.
    #[arg(long, global = true, env = "MERIDIAN_METRICS_BIND", default_value = "127.0.0.1:9091")]
    pub metrics_bind: String,
    /// How the outside world reaches us.
    #[arg(long, global = true, env = "MERIDIAN_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: String,
    /// Where mail is taken by SMTP (0.0.0.0:25); nowhere by default.
    #[arg(long, global = true, env = "MERIDIAN_SMTP_BIND", default_value = "")]
    pub smtp_bind: String,
    /// The name of this host in MX records; the host of the public URL by default.
    #[arg(long, global = true, env = "MERIDIAN_SMTP_HOST", default_value = "")]
    pub smtp_host: String,
    /// Certificate chain for STARTTLS, a PEM file; none is offered without.
    #[arg(long, global = true, env = "MERIDIAN_SMTP_CERTIFICATE", default_value = "")]
    pub smtp_certificate: String,
    /// Its private key, a PEM file.
    #[arg(long, global = true, env = "MERIDIAN_SMTP_KEY", default_value = "")]
    pub smtp_key: String,
    /// Your own mail servers, whose Authentication-Results are believed: CIDR, comma-separated.
    #[arg(long, global = true, env = "MERIDIAN_SMTP_TRUSTED", default_value = "")]
    pub smtp_trusted: String,
    /// Largest mail that is taken, MiB (at most 25).
    #[arg(long, global = true, env = "MERIDIAN_SMTP_LARGEST", default_value_t = 25)]
    pub smtp_largest: u8,
    /// Name servers that senders of mail are checked with (SPF, DKIM, DMARC): addresses, comma-separated; `system` = those
    /// of the machine; `off` = no sender is checked.
    #[arg(long, global = true, env = "MERIDIAN_MAIL_DNS", default_value = "system")]
    pub mail_dns: String,
    /// Other sites that may open sockets, comma-separated.
    #[arg(long, global = true, env = "MERIDIAN_ORIGINS", default_value = "")]
    pub origins: String,
    /// Private address ranges that may be connected to, CIDR, comma-separated.
    #[arg(long, global = true, env = "MERIDIAN_EGRESS_ALLOW", default_value = "")]
    pub egress_allow: String,
    /// Where files of messages are kept: a folder, or s3://bucket/prefix. Every process must see the same place.
    #[arg(long, global = true, env = "MERIDIAN_FILES", default_value = "data/files")]
    pub files: String,
    /// Address of a store that speaks S3 and is not Amazon's.
    #[arg(long, global = true, env = "MERIDIAN_FILES_S3_ENDPOINT")]
    pub files_s3_endpoint: Option<String>,
    /// Region of the bucket.
    #[arg(long, global = true, env = "MERIDIAN_FILES_S3_REGION", default_value = "us-east-1")]
    pub files_s3_region: String,
    /// Access key of the bucket; without one the machine's role is used.
    #[arg(long, global = true, env = "MERIDIAN_FILES_S3_KEY")]
    pub files_s3_key: Option<String>,
    /// Secret of the access key.
    #[arg(long, global = true, env = "MERIDIAN_FILES_S3_SECRET", hide_env_values = true)]
    pub files_s3_secret: Option<String>,
    /// A language model that adds to the briefs of hand-offs and writes drafts of replies: base address of an OpenAI-compatible API. None by default.
    #[arg(long, global = true, env = "MERIDIAN_MODEL_URL")]
    pub model_url: Option<String>,
    /// Its key.
    #[arg(long, global = true, env = "MERIDIAN_MODEL_KEY", hide_env_values = true)]
    pub model_key: Option<String>,
    /// Its name.
    #[arg(long, global = true, env = "MERIDIAN_MODEL_NAME", default_value = "gpt-4o-mini")]
    pub model_name: String,
    /// Seconds it may take; nothing waits for it.
    #[arg(long, global = true, env = "MERIDIAN_MODEL_SECONDS", default_value_t = 8)]
    pub model_seconds: u64,
    /// Days for which records of routing decisions are kept; 0 = for ever.
    #[arg(long, global = true, env = "MERIDIAN_DECISION_DAYS", default_value_t = 90)]
    pub decision_days: u16,
    /// Days for which requests of providers are kept as they came, once they were processed; 0 = for ever.
    #[arg(long, global = true, env = "MERIDIAN_REQUEST_DAYS", default_value_t = 30)]
    pub request_days: u16,
    /// What is logged (tracing filter).
    #[arg(long, global = true, env = "MERIDIAN_LOG", default_value = "info,sqlx=warn,lapin=error")]
    pub log: String,
}

pub(crate) const SECRETS: &[&str] = &[
    "database_url",
    "database_role_password",
    "database_app_url",
    "database_intake_url",
    "database_system_url",
    "redis_url",
    "amqp_url",
    "secret_key",
    "secret_key_previous",
    "model_key",
    "files_s3_secret",
];

impl Config {
    /// Whether this is a developer's machine.
    pub fn dev(&self) -> bool {
        self.profile == "dev"
    }

    /// The secret key.
    pub fn secret(&self) -> Result<Secret> {
        let key = self.secret_key.clone().context("MERIDIAN_SECRET_KEY is not set: openssl rand -hex 32 makes one")?;
        ensure!(key.len() >= 32, "MERIDIAN_SECRET_KEY needs at least 32 characters: openssl rand -hex 32 makes one");
        Ok(Secret::new(key))
    }

    /// Earlier secret keys.
    pub fn previous_secrets(&self) -> Vec<Secret> {
        let keys = self.secret_key_previous.split(',').map(str::trim).filter(|key| !key.is_empty());
        keys.map(Secret::new).collect()
    }

    /// The language model, if one is configured.
    pub fn model(&self) -> Option<Model> {
        Some(Model {
            url: self.model_url.clone().filter(|url| !url.is_empty())?,
            key: self.model_key.clone().filter(|key| !key.is_empty()).map(Secret::new),
            name: self.model_name.clone(),
            patience: Duration::from_secs(self.model_seconds),
        })
    }

    /// How mail is taken by SMTP, if it is.
    pub fn smtp(&self, checker: Checker) -> Result<Option<Smtp>> {
        if self.smtp_bind.is_empty() {
            return Ok(None);
        }
        let (chain, key) = (self.smtp_certificate.clone(), self.smtp_key.clone());
        ensure!(chain.is_empty() == key.is_empty(), "MERIDIAN_SMTP_CERTIFICATE and MERIDIAN_SMTP_KEY go together");
        ensure!((1..=25).contains(&self.smtp_largest), "MERIDIAN_SMTP_LARGEST is 1 to 25 (MiB)");
        let named = Some(self.smtp_host.clone()).filter(|host| !host.is_empty());
        let public = || self.public_url.split("://").nth(1)?.split(['/', ':']).next().map(str::to_owned);
        Ok(Some(Smtp {
            bind: self.smtp_bind.clone(),
            host: named.or_else(public).context("MERIDIAN_SMTP_HOST is not set")?,
            largest: usize::from(self.smtp_largest) * 1024 * 1024,
            certificate: (!chain.is_empty()).then_some((chain, key)),
            trusted: Egress::parse(&self.smtp_trusted).context("MERIDIAN_SMTP_TRUSTED")?,
            checker,
        }))
    }

    /// What checks senders of mail. A machine without name servers checks nobody, and says so.
    pub fn checker(&self) -> Result<Checker> {
        let servers: NameServers = self.mail_dns.parse().map_err(anyhow::Error::msg).context("MERIDIAN_MAIL_DNS")?;
        Ok(Checker::new(&servers).unwrap_or_else(|error| {
            tracing::warn!(%error, "senders of mail are not checked: there is no name server (MERIDIAN_MAIL_DNS)");
            Checker::off()
        }))
    }

    /// Where files are kept.
    pub fn files(&self) -> Result<Files> {
        let given = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        let (endpoint, key, secret) =
            (given(&self.files_s3_endpoint), given(&self.files_s3_key), given(&self.files_s3_secret));
        let bucket = Bucket {
            endpoint: endpoint.as_deref(),
            region: &self.files_s3_region,
            keys: key.as_deref().zip(secret.as_deref()),
        };
        Files::open(&self.files, &bucket).context("MERIDIAN_FILES")
    }

    /// The owner's URL.
    pub fn owner_url(&self) -> Result<&str> {
        self.database_url.as_deref().context("MERIDIAN_DATABASE_URL is not set: migrations and seeds need the owner")
    }

    /// URLs of the roles; the system role only where asked for.
    pub fn database(&self, system: bool) -> Result<DbSettings> {
        let derived = match (&self.database_url, &self.database_role_password) {
            (Some(owner), Some(password)) => Some(migrate::role_urls(owner, password)?),
            _ => None,
        };
        let help = "set MERIDIAN_DATABASE_APP_URL, or MERIDIAN_DATABASE_URL with MERIDIAN_DATABASE_ROLE_PASSWORD";
        let given = |own: &Option<String>, derived: Option<String>| own.clone().or(derived);
        let derived_app = derived.as_ref().map(|d| d.app_url.clone());
        Ok(DbSettings {
            app_url: given(&self.database_app_url, derived_app).context(help)?,
            intake_url: given(&self.database_intake_url, derived.as_ref().and_then(|d| d.intake_url.clone())),
            system_url: given(&self.database_system_url, derived.and_then(|d| d.system_url)).filter(|_| system),
            max_connections: self.database_connections,
        })
    }

    /// Refuses a process that could not do its work for want of a role: it would look well.
    pub fn check_roles(&self, api: bool, workers: bool) -> Result<()> {
        let database = self.database(workers)?;
        let either = "or MERIDIAN_DATABASE_URL with MERIDIAN_DATABASE_ROLE_PASSWORD";
        ensure!(
            !api || database.intake_url.is_some(),
            "the api stores what providers send as meridian_intake: set MERIDIAN_DATABASE_INTAKE_URL, {either}"
        );
        ensure!(
            !workers || database.system_url.is_some(),
            "the workers look after all tenants as meridian_system: set MERIDIAN_DATABASE_SYSTEM_URL, {either}"
        );
        Ok(())
    }

    /// Refuses what must not run in production.
    pub fn check(&self) -> Result<()> {
        self.secret()?;
        if !self.dev() {
            ensure!(
                self.public_url.starts_with("https://"),
                "MERIDIAN_PUBLIC_URL must be https in production (MERIDIAN_PROFILE=dev lifts this)"
            );
        }
        Ok(())
    }

    /// Prints every setting, masked, with its origin.
    pub fn print(matches: &ArgMatches, file: &File, origin: bool) {
        for arg in crate::Cli::command().get_arguments() {
            let id = arg.get_id().as_str();
            let Some(env) = arg.get_env() else { continue };
            let raw =
                matches.get_raw(id).and_then(|mut values| values.next()).map(|v| v.to_string_lossy().into_owned());
            let value = match raw {
                None => "(not set)".to_owned(),
                Some(value) if SECRETS.contains(&id) && !value.is_empty() => "***".to_owned(),
                Some(value) => value,
            };
            let from = match matches.value_source(id) {
                Some(ValueSource::CommandLine) => "flag",
                Some(ValueSource::EnvVariable) => "environment",
                Some(ValueSource::DefaultValue) if file.contains_key(id) => "file",
                Some(ValueSource::DefaultValue) => "default",
                _ => "-",
            };
            let shown = if origin { format!("   # {from}") } else { String::new() };
            println!("{}={value}{shown}", env.to_string_lossy());
        }
    }
}
