//! Chores.

use crate::{config::Config, processes};
use anyhow::{Context, Result, ensure};
use meridian_app::setup::{DemoWorld, demo_ids, demo_secret, demo_webhook_secret, seed_demo as seed};
use meridian_bus::{Hints, Topology};
use meridian_domain::channel::ChannelKind;
use meridian_store::{accounts, migrate as store};
use serde_json::json;

/// Makes roles and applies migrations.
pub async fn migrate(config: &Config) -> Result<()> {
    let password = config.database_role_password.as_deref();
    let password = password.context("MERIDIAN_DATABASE_ROLE_PASSWORD is not set: the roles need one")?;
    let count = store::run(config.owner_url()?, password).await?;
    eprintln!("the database is at migration {count}");
    Ok(())
}

/// Fills in the demo tenant and prints its logins as JSON lines. Refused outside the dev profile: its admin has a
/// published password.
pub async fn seed_demo(config: &Config, workspace: &str, provider_url: &str, bot_url: &str) -> Result<()> {
    ensure!(
        config.dev(),
        "the demo's people have a published password: `meridian workspace create` makes a workspace of your own \
         (MERIDIAN_PROFILE=dev lifts this)"
    );
    let app = processes::app(config, true)?;
    let demo = seed(&app, workspace, &DemoWorld { provider_url, bot_url }).await?;
    for login in &demo.logins {
        println!(
            "{}",
            json!({ "kind": "login", "role": login.role.code(), "workspace": demo.workspace, "email": login.email,
                    "password": demo.password })
        );
    }
    for (kind, account) in &demo.accounts {
        let url = match kind {
            ChannelKind::WebChat => format!("{}/chat/{account}/sessions", app.public_url),
            _ => accounts::webhook_url(&app.public_url, *kind, *account),
        };
        println!("{}", json!({ "kind": "url", "name": kind.code(), "url": url }));
    }
    let url = format!("{}/bots/{}/handoff", app.public_url, demo.bot);
    println!("{}", json!({ "kind": "url", "name": "bot hand-off", "url": url }));
    Ok(())
}

/// Tells the main job as a story against the running demo tenant.
pub async fn demo(config: &Config, workspace: &str, listen: &str) -> Result<()> {
    let known = demo_ids(workspace);
    let base = config.public_url.trim_end_matches('/').to_owned();
    let hook = |kind| accounts::webhook_url(&base, kind, known.account(kind));
    let secret = |name: &str| demo_secret(workspace, name);
    meridian_lab::story::tell(meridian_lab::story::World {
        whatsapp: meridian_lab::customer::WhatsApp {
            url: hook(ChannelKind::WhatsApp),
            app_secret: secret("whatsapp app_secret"),
            phone_number_id: "100200300".to_owned(),
        },
        mail_url: hook(ChannelKind::Email),
        mail_token: secret("email inbound_token"),
        generic: (hook(ChannelKind::Generic), demo_webhook_secret(workspace, "generic signing_secret")),
        bot: (format!("{base}/bots/{}/handoff", known.bot), demo_webhook_secret(workspace, "bot")),
        workspace: workspace.to_owned(),
        password: known.password.to_owned(),
        listen: listen.to_owned(),
        base,
    })
    .await
}

/// Moves dead jobs back.
pub async fn redrive(config: &Config, max: usize) -> Result<()> {
    let moved = meridian_bus::redrive(&config.amqp_url, &Topology::new(&config.amqp_prefix), max).await?;
    println!("{moved} jobs moved back to their queues");
    Ok(())
}

/// Checks what a process depends on; each line says what to do.
pub async fn doctor(config: &Config) -> Result<()> {
    let mut failed = false;
    let mut line = |name: &str, outcome: Result<String>| match outcome {
        Ok(text) => println!("OK   {name}: {text}"),
        Err(error) => {
            failed = true;
            println!("FAIL {name}: {error:#}");
        }
    };
    line("settings", config.check().map(|()| config.profile.clone()));
    let app = processes::app(config, true);
    let database = match &app {
        Ok(app) => app.db.ping().await.map(|()| "answers as meridian_app".to_owned()).map_err(anyhow::Error::from),
        Err(error) => Err(anyhow::anyhow!("{error:#}")),
    };
    line("database", database);
    if let Ok(app) = &app {
        for (role, answers) in app.db.ping_others().await {
            line(role, answers.map(|()| "answers".to_owned()).map_err(anyhow::Error::from));
        }
    }
    if let Ok(owner) = config.owner_url() {
        let current = store::up_to_date(owner).await.map_err(anyhow::Error::from);
        let told = current.and_then(|current| {
            ensure!(current, "run `meridian migrate`");
            Ok("up to date".to_owned())
        });
        line("migrations", told);
    } else {
        println!("WARN migrations: not looked at: only the owner can, and MERIDIAN_DATABASE_URL is not set");
    }
    let broker = meridian_bus::ping_broker(&config.amqp_url).await;
    line("broker", broker.map(|()| "answers".to_owned()).map_err(anyhow::Error::from));
    let hints = Hints::new(&config.redis_url, &config.redis_prefix)?;
    let redis = hints.ping().await;
    line("redis", if redis { Ok("answers".to_owned()) } else { Err(anyhow::anyhow!("does not answer: sockets poll")) });
    ensure!(!failed, "something needs attention");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[tokio::test]
    async fn a_published_password_is_for_development_alone() {
        let cli = crate::Cli::try_parse_from(["meridian", "seed", "demo", "--profile", "production"]).unwrap();
        let refused = seed_demo(&cli.config, "demo", "", "").await.unwrap_err().to_string();
        assert!(refused.contains("`meridian workspace create`"), "{refused}");
    }
}
