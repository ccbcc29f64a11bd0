//! A whole Meridian for a test: its own database, its own names in broker and Redis, api and workers in process, a
//! provider double. The servers come from `./dev test`.

use anyhow::{Context, Result};
use meridian_api::{Adapters, Server, Settings as ApiSettings};
use meridian_app::{
    App,
    setup::{Demo, DemoWorld, demo_secret, demo_webhook_secret, seed_demo},
};
use meridian_bus::{Hints, Topology, Wake};
use meridian_channels::{
    Egress, Http,
    email::{Checker, NameServers},
};
use meridian_domain::{
    channel::ChannelKind,
    secret::Secret,
    time::{Ids, SystemClock},
};
use meridian_files::Files;
use meridian_lab::{customer::WhatsApp, provider::Provider};
use meridian_store::{Db, Sealer, StoreError, migrate};
use meridian_workers::Settings as WorkerSettings;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{fs::File, net::SocketAddr, str::FromStr, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

mod endpoint;
mod outside;

pub use endpoint::{Endpoint, Reply, asked, found};
pub use meridian_channels::Model;
pub use outside::{Outside, Process};

const ROLE_PASSWORD: &str = "meridian-tests";
const SECRET: &str = "a secret for tests that is long enough";

/// URLs of the test servers.
#[derive(Clone)]
pub struct Urls {
    /// Superuser.
    pub postgres: String,
    /// Redis.
    pub redis: String,
    /// Broker.
    pub amqp: String,
}

/// The test servers, or `None` with a word about it when the tests were not started by `./dev test`.
pub fn urls() -> Option<Urls> {
    let var = |name: &str| std::env::var(name).ok().filter(|url| !url.is_empty());
    let found =
        var("MERIDIAN_TEST_DATABASE_URL").zip(var("MERIDIAN_TEST_REDIS_URL")).zip(var("MERIDIAN_TEST_AMQP_URL"));
    if found.is_none() {
        eprintln!("skipped: needs the servers of ./dev test");
    }
    found.map(|((postgres, redis), amqp)| Urls { postgres, redis, amqp })
}

/// A fresh migrated database; `url` is the superuser's.
pub async fn database(urls: &Urls) -> Result<String> {
    let options = PgConnectOptions::from_str(&urls.postgres)?;
    let template = "meridian_template";
    // Tests are processes: the first one makes the template, the others wait.
    let lock = File::create(std::env::temp_dir().join(format!("meridian-template-{}.lock", options.get_port())))?;
    lock.lock()?;
    let mut admin: PgConnection = options.clone().connect().await?;
    let made: bool =
        sqlx::query_scalar("select exists (select 1 from pg_database where datname = $1 and datistemplate)")
            .bind(template)
            .fetch_one(&mut admin)
            .await?;
    if !made {
        sqlx::query(AssertSqlSafe(format!("drop database if exists {template}"))).execute(&mut admin).await?;
        sqlx::query(AssertSqlSafe(format!("create database {template}"))).execute(&mut admin).await?;
        migrate::run(options.clone().database(template).to_url_lossy().as_str(), ROLE_PASSWORD).await?;
        sqlx::query(AssertSqlSafe(format!("alter database {template} is_template true"))).execute(&mut admin).await?;
    }
    let name = format!("t_{}", Ids::new(Arc::new(SystemClock)).next::<Uuid>().simple());
    sqlx::query(AssertSqlSafe(format!("create database {name} template {template}"))).execute(&mut admin).await?;
    admin.close().await?;
    drop(lock);
    Ok(options.database(&name).to_url_lossy().to_string())
}

/// Use cases over a database.
pub fn app(database: &str, public_url: &str) -> Result<App, StoreError> {
    let secret = Secret::new(SECRET);
    let db = Db::connect(&migrate::role_urls(database, ROLE_PASSWORD)?, Ids::new(Arc::new(SystemClock)))?;
    let loopback = Http::new(Egress::parse("127.0.0.0/8").unwrap_or_default());
    Ok(App::new(db, Sealer::new(&secret, &[]), public_url, Arc::new(Adapters(loopback))))
}

/// Checks senders by a name server, or not at all.
fn checker(names: Option<SocketAddr>) -> Result<Checker> {
    let servers = names.map_or(NameServers::Off, |at| NameServers::Named(vec![at]));
    Checker::new(&servers).map_err(anyhow::Error::msg)
}

/// A running Meridian with the demo tenant.
pub struct Stack {
    /// Use cases, for what a test prepares behind the scenes.
    pub app: App,
    /// Base URL of the api.
    pub base: String,
    /// The demo tenant.
    pub demo: Demo,
    /// All providers, and the bot.
    pub provider: Provider,
    /// The superuser's URL of the database.
    pub database: String,
    /// The servers.
    pub urls: Urls,
    /// What its names in broker and Redis begin with.
    pub prefix: String,
    /// Where files are kept.
    pub files: Files,
    /// The language model of the workers started next.
    pub model: Option<Model>,
    hints: Hints,
    wake: Wake,
    topology: Topology,
    server: Server,
    stop: CancellationToken,
    workers: Option<(CancellationToken, tokio::task::JoinHandle<bool>)>,
}

impl Stack {
    /// Starts everything; `None` without servers.
    pub async fn start() -> Result<Option<Self>> {
        let Some(urls) = urls() else { return Ok(None) };
        Self::start_on(urls).await.map(Some)
    }

    /// Starts everything; senders of raw mail are checked by a name server.
    pub async fn start_checking(names: SocketAddr) -> Result<Option<Self>> {
        let Some(urls) = urls() else { return Ok(None) };
        Self::start_with(urls, checker(Some(names))?, None).await.map(Some)
    }

    /// Starts everything with a language model, which the provider plays, that may take so long.
    pub async fn start_with_model(patience: Duration) -> Result<Option<Self>> {
        let Some(urls) = urls() else { return Ok(None) };
        Self::start_with(urls, Checker::off(), Some(patience)).await.map(Some)
    }

    /// Starts everything on servers of the caller's own.
    pub async fn start_on(urls: Urls) -> Result<Self> {
        Self::start_with(urls, Checker::off(), None).await
    }

    async fn start_with(urls: Urls, checker: Checker, model: Option<Duration>) -> Result<Self> {
        // Another test of this process may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let database = database(&urls).await?;
        let prefix = format!("{}.", Ids::new(Arc::new(SystemClock)).next::<Uuid>().simple());
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let base = format!("http://{}", listener.local_addr()?);
        let app = App { model: model.is_some(), ..app(&database, &base)? };
        let provider = Provider::start().await?;
        let url = format!("{}/v1", provider.url);
        let model = model.map(|patience| Model { url, key: None, name: "test".to_owned(), patience });
        let bot_url = format!("{}/bot", provider.url);
        let world = DemoWorld { provider_url: &provider.url, bot_url: &bot_url };
        let demo = seed_demo(&app, "demo", &world).await?;
        let folder = std::env::temp_dir().join(format!("meridian-files-{prefix}"));
        let files = Files::open(&folder.to_string_lossy(), &meridian_files::Bucket::default())?;
        let hints = Hints::new(&urls.redis, &prefix)?;
        let wake = Wake::new(hints.clone(), app.db.ids());
        let commits = wake.clone();
        app.db.on_commit(move |roads| commits.call(roads));
        let stop = CancellationToken::new();
        let settings = ApiSettings {
            app: app.clone(),
            hints: hints.clone(),
            secret: Secret::new(SECRET),
            previous: Vec::new(),
            origins: Vec::new(),
            explorer: true,
            limits: meridian_web_schema::Limits::default(),
            files: files.clone(),
            checker,
        };
        let server = meridian_api::start(&settings, listener, stop.clone())?;
        let topology = Topology::new(&prefix);
        let mut stack = Self {
            app,
            base,
            demo,
            provider,
            database,
            urls,
            prefix,
            hints,
            wake,
            topology,
            server,
            stop,
            workers: None,
            files,
            model,
        };
        stack.start_workers()?;
        Ok(stack)
    }

    /// Starts the workers, as a process of their own would.
    pub fn start_workers(&mut self) -> Result<()> {
        let settings = WorkerSettings {
            app: self.app.clone(),
            amqp_url: self.urls.amqp.clone(),
            topology: self.topology.clone(),
            hints: self.hints.clone(),
            wake: self.wake.clone(),
            http: Http::new(Egress::parse("127.0.0.0/8").context("egress")?),
            files: self.files.clone(),
            model: self.model.clone(),
            decision_days: 90,
            request_days: 30,
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(meridian_workers::run(settings, stop.clone()));
        self.workers = Some((stop, task));
        Ok(())
    }

    /// Takes mail by SMTP up to a size; returns the port.
    pub async fn take_mail(&self, largest: usize) -> Result<u16> {
        self.take_mail_checked(largest, None).await
    }

    /// Takes mail by SMTP and checks its senders by a name server; returns the port.
    pub async fn take_mail_checked(&self, largest: usize, names: Option<SocketAddr>) -> Result<u16> {
        let smtp = meridian_api::Smtp {
            bind: "127.0.0.1:0".to_owned(),
            host: "mx.example".to_owned(),
            largest,
            certificate: None,
            trusted: Egress::default(),
            checker: checker(names)?,
        };
        smtp.start(self.app.clone(), self.stop.clone()).await
    }

    /// Ends the workers in the middle of whatever they do.
    pub async fn kill_workers(&mut self) {
        if let Some((_, task)) = self.workers.take() {
            task.abort();
            let _ = task.await;
        }
    }

    /// The demo tenant's WhatsApp number, as Meta sees it.
    pub fn whatsapp(&self) -> Result<WhatsApp> {
        Ok(WhatsApp {
            url: self.hook(ChannelKind::WhatsApp)?,
            app_secret: demo_secret("demo", "whatsapp app_secret"),
            phone_number_id: "100200300".to_owned(),
        })
    }

    /// Webhook URL of a channel of the demo tenant.
    pub fn hook(&self, kind: ChannelKind) -> Result<String> {
        let found = self.demo.accounts.iter().find(|(k, _)| *k == kind).context("no such account")?;
        Ok(meridian_store::accounts::webhook_url(&self.base, kind, found.1))
    }

    /// A secret of the demo tenant.
    pub fn secret(name: &str) -> String {
        demo_secret("demo", name)
    }

    /// A Standard Webhooks secret of the demo tenant.
    pub fn webhook_secret(name: &str) -> String {
        demo_webhook_secret("demo", name)
    }

    /// Texts out of the database, past all scopes.
    pub async fn texts(&self, sql: &'static str) -> Result<Vec<String>> {
        let mut admin: PgConnection = PgConnectOptions::from_str(&self.database)?.connect().await?;
        let texts = sqlx::query_scalar(sql).fetch_all(&mut admin).await?;
        admin.close().await?;
        Ok(texts)
    }

    /// One number out of the database, past all scopes.
    pub async fn count(&self, sql: &'static str) -> Result<i64> {
        let mut admin: PgConnection = PgConnectOptions::from_str(&self.database)?.connect().await?;
        let count = sqlx::query_scalar(sql).fetch_one(&mut admin).await?;
        admin.close().await?;
        Ok(count)
    }

    /// Runs a statement past all scopes.
    pub async fn sql(&self, sql: &'static str) -> Result<()> {
        let mut admin: PgConnection = PgConnectOptions::from_str(&self.database)?.connect().await?;
        sqlx::query(sql).execute(&mut admin).await?;
        admin.close().await?;
        Ok(())
    }

    /// Waits until the number is what it should be.
    pub async fn settle(&self, sql: &'static str, wanted: i64, patience: Duration) -> Result<()> {
        let until = tokio::time::Instant::now() + patience;
        loop {
            let found = self.count(sql).await?;
            if found == wanted {
                return Ok(());
            }
            anyhow::ensure!(tokio::time::Instant::now() < until, "{sql}: {found} instead of {wanted}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends in order, and fails when something was left over: an unsent row or an unprocessed request.
    pub async fn finish(mut self) -> Result<()> {
        self.settle("select count(*) from outbox where due_at <= clock_timestamp()", 0, Duration::from_secs(10))
            .await?;
        self.settle("select count(*) from inbound_raw where state = 'received'", 0, Duration::from_secs(10)).await?;
        if let Some((stop, task)) = self.workers.take() {
            stop.cancel();
            tokio::time::timeout(Duration::from_secs(20), task).await.context("the workers do not drain")??;
        }
        self.stop.cancel();
        self.server.stop().await;
        self.app.db.close().await;
        let _ = std::fs::remove_dir_all(std::env::temp_dir().join(format!("meridian-files-{}", self.prefix)));
        Ok(())
    }
}
