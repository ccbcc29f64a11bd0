//! The long-running processes.

use crate::config::Config;
use anyhow::{Context, Result, ensure};
use meridian_app::App;
use meridian_bus::{Hints, Topology, Wake};
use meridian_channels::{Egress, Http};
use meridian_domain::time::{Ids, SystemClock};
use meridian_store::{Db, Sealer};
use meridian_telemetry as telemetry;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

/// Use cases over the roles a process needs.
pub fn app(config: &Config, system: bool) -> Result<App> {
    let ids = Ids::new(Arc::new(SystemClock));
    let db = Db::connect(&config.database(system)?, ids)?;
    let sealer = Sealer::new(&config.secret()?, &config.previous_secrets());
    let http = Http::new(Egress::parse(&config.egress_allow).context("MERIDIAN_EGRESS_ALLOW")?);
    let app = App::new(db, sealer, &config.public_url, Arc::new(meridian_api::Adapters(http)));
    Ok(App { model: config.model().is_some(), ..app })
}

/// Runs the api, the workers or both until a signal says stop.
pub async fn run(config: &Config, with_api: bool, with_workers: bool) -> Result<()> {
    config.check()?;
    config.check_roles(with_api, with_workers)?;
    telemetry::init(!config.dev(), &config.log)?;
    let metrics = telemetry::metrics()?;
    let stop = telemetry::shutdown()?;
    let (app, files) = (app(config, with_workers)?, config.files()?);
    let hints = Hints::new(&config.redis_url, &config.redis_prefix).context("MERIDIAN_REDIS_URL")?;
    let wake = Wake::new(hints.clone(), app.db.ids());
    let commits = wake.clone();
    app.db.on_commit(move |roads| commits.call(roads));
    let private = tokio::net::TcpListener::bind(&config.metrics_bind).await;
    let private = private.with_context(|| format!("listen on {}", config.metrics_bind))?;
    tokio::spawn(serve_private(private, metrics, app.clone(), config.amqp_url.clone(), stop.clone()));
    let workers = with_workers.then(|| -> Result<_> {
        let settings = meridian_workers::Settings {
            app: app.clone(),
            amqp_url: config.amqp_url.clone(),
            topology: Topology::new(&config.amqp_prefix),
            hints: hints.clone(),
            wake,
            http: Http::new(Egress::parse(&config.egress_allow).context("MERIDIAN_EGRESS_ALLOW")?),
            files: files.clone(),
            model: config.model(),
            decision_days: config.decision_days,
            request_days: config.request_days,
        };
        tokio::task::spawn_blocking(meridian_app::understanding::warm);
        Ok(tokio::spawn(meridian_workers::run(settings, stop.clone())))
    });
    let workers = workers.transpose()?;
    let api = if with_api {
        let origins = config.origins.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        let checker = config.checker()?;
        let settings = meridian_api::Settings {
            app: app.clone(),
            hints,
            secret: config.secret()?,
            previous: config.previous_secrets(),
            origins: origins.map(str::to_owned).collect(),
            explorer: config.dev(),
            limits: meridian_web_schema::Limits::default(),
            files,
            checker: checker.clone(),
        };
        if let Some(smtp) = config.smtp(checker)? {
            let at = smtp.bind.clone();
            smtp.start(app.clone(), stop.clone()).await?;
            tracing::info!(smtp = %at, "takes mail");
        }
        let bind = &config.http_bind;
        let listener = std::net::TcpListener::bind(bind).with_context(|| format!("listen on {bind}"))?;
        Some(meridian_api::start(&settings, listener, stop.clone())?)
    } else {
        None
    };
    tracing::info!(api = with_api, workers = with_workers, http = %config.http_bind, "ready to work");
    stop.cancelled().await;
    if let Some(api) = api {
        api.stop().await;
    }
    let mut whole = true;
    if let Some(workers) = workers {
        if let Ok(ended) = tokio::time::timeout(Duration::from_secs(25), workers).await {
            whole = ended.unwrap_or(false);
        } else {
            tracing::warn!("workers did not drain in time; what was in hand is given out again");
        }
    }
    app.db.close().await;
    tracing::info!("stopped");
    ensure!(whole, "a part of the workers broke: the log says which");
    Ok(())
}

/// `/metrics`, `/livez` and `/readyz` on the private port: three fixed answers, no framework.
async fn serve_private(
    listener: tokio::net::TcpListener,
    metrics: PrometheusHandle,
    app: App,
    amqp_url: String,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((mut stream, _)) = accepted else {
            // Out of file descriptors, as a rule: at once again would only burn the processor.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (metrics, app, amqp_url) = (metrics.clone(), app.clone(), amqp_url.clone());
        tokio::spawn(async move {
            let answer = async {
                let mut head = vec![0_u8; 4096];
                let read = stream.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or("/");
                let (status, body) = match path {
                    "/metrics" => {
                        metrics::gauge!("meridian_resident_bytes").set(telemetry::resident_bytes() as f64);
                        ("200 OK", metrics.render())
                    }
                    "/livez" => ("200 OK", "{\"status\":\"ok\"}".to_owned()),
                    "/readyz" => readiness(&app, &amqp_url).await,
                    _ => ("404 Not Found", String::new()),
                };
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(body.as_bytes()).await;
            };
            let _ = tokio::time::timeout(Duration::from_secs(10), answer).await;
        });
    }
}

async fn readiness(app: &App, amqp_url: &str) -> (&'static str, String) {
    let (database, broker) = tokio::join!(app.db.ping(), meridian_bus::ping_broker(amqp_url));
    let body = format!("{{\"database\":{},\"broker\":{}}}", database.is_ok(), broker.is_ok());
    (if database.is_ok() && broker.is_ok() { "200 OK" } else { "503 Service Unavailable" }, body)
}
