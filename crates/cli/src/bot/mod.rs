//! `meridian bot`: talk to a bot on one's own machine, keep the dialogue, and play it again as a test. Nothing else of
//! Meridian need run: the events are signed and read by the code that serves live traffic.

mod chat;
mod rules;
mod talk;
mod test;

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use talk::Bot;

/// Chores of whoever builds a bot.
#[derive(Subcommand)]
pub enum BotCommand {
    /// Be the customer: each line typed is sent to the bot as a signed event, and what it answers is done or named.
    Chat {
        #[command(flatten)]
        place: Place,
        /// Keep the dialogue in this file, for `meridian bot test`.
        #[arg(long)]
        record: Option<PathBuf>,
    },
    /// Check that the bot keeps the rules (signatures, unknown events, repeats, five seconds), then play recorded
    /// dialogues to it and compare what it answers. The exit code is 1 when anything differs.
    Test {
        #[command(flatten)]
        place: Place,
        /// Dialogues that `meridian bot chat --record` kept.
        #[arg(value_name = "FILE")]
        dialogues: Vec<PathBuf>,
        /// Write what the bot answers now into the files instead of comparing.
        #[arg(long)]
        update: bool,
    },
}

/// Where the bot is.
#[derive(Args)]
pub struct Place {
    /// Its address.
    #[arg(long, env = "BOT_URL", default_value = "http://127.0.0.1:9000")]
    url: String,
    /// Its secret, `whsec_...`.
    #[arg(long, env = "BOT_SECRET", required = true, hide_env_values = true)]
    secret: String,
}

impl BotCommand {
    /// Does it.
    pub async fn run(self) -> Result<()> {
        match self {
            Self::Chat { place, record } => {
                let bot = Bot::at(&place.url, place.secret)?;
                let lines = tokio::io::BufReader::new(tokio::io::stdin());
                chat::chat(&bot, lines, &mut std::io::stdout(), record.as_deref()).await
            }
            Self::Test { place, dialogues, update } => {
                let bot = Bot::at(&place.url, place.secret)?;
                let wrong = test::test(&bot, &dialogues, update, &mut std::io::stdout()).await?;
                ensure!(wrong == 0, "{wrong} of the checks failed");
                Ok(())
            }
        }
    }
}
