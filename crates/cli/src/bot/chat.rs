//! The customer's side of a dialogue, typed by hand.

use super::talk::{Bot, Session, message, webhook_id};
use anyhow::{Context, Result};
use meridian_domain::{
    bot::{
        BotAction, HandoffRequest,
        dialogue::{self, Step},
        told::Returned,
    },
    button::Button,
    time::{Clock, SystemClock},
};
use serde_json::{Value, json};
use std::{io::Write, path::Path};
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// How a dialogue stands.
struct Chat {
    session: Session,
    /// What the bot gave along when it handed over; none while it has the conversation.
    handed_over: Option<HandoffRequest>,
    buttons: Vec<Button>,
    steps: Vec<Step>,
}

const HELP: &str = "Type what the customer says. /return NOTE gives the conversation back to the bot, /close ends it, \
    a number chooses a button, Ctrl-D stops.";

/// Reads lines, tells the bot, prints what it does.
pub async fn chat(
    bot: &Bot,
    mut lines: impl AsyncBufRead + Unpin,
    out: &mut impl Write,
    record: Option<&Path>,
) -> Result<()> {
    let mut chat = Chat { session: Session::open(), handed_over: None, buttons: Vec::new(), steps: Vec::new() };
    writeln!(out, "Talking to {}. {HELP}", bot.url())?;
    let mut line = String::new();
    while lines.read_line(&mut line).await? > 0 {
        let text = std::mem::take(&mut line);
        let text = text.trim();
        let note = text.strip_prefix("/return").map(str::trim);
        match (text, note, &chat.handed_over) {
            ("", ..) => {}
            ("/close", ..) => {
                chat.tell(bot, "session.closed", json!({}), out).await?;
                break;
            }
            (_, Some(_), None) => writeln!(out, "  the bot has the conversation")?,
            (_, Some(note), Some(given)) => {
                let data = Returned { by: None, note, handoff: None, given, waits: None }.data();
                chat.handed_over = None;
                chat.tell(bot, "session.returned", data, out).await?;
            }
            (.., Some(_)) => {
                writeln!(out, "  people have the conversation: the bot is not told. /return gives it back")?;
            }
            _ => {
                let chosen = text.parse::<usize>().ok().and_then(|n| chat.buttons.get(n.wrapping_sub(1)));
                let choice = chosen.map(|button| json!({ "title": button.title, "payload": button.payload }));
                chat.tell(bot, "message.created", message(text, choice), out).await?;
            }
        }
    }
    if let Some(path) = record {
        keep(path, &chat.steps)?;
        let (count, path) = (chat.steps.len(), path.display());
        writeln!(out, "{count} events kept in {path}: meridian bot test {path}")?;
    }
    Ok(())
}

/// Writes a dialogue down, one line an event.
pub fn keep(path: &Path, steps: &[Step]) -> Result<()> {
    std::fs::write(path, dialogue::write(steps)).with_context(|| format!("cannot write {}", path.display()))
}

impl Chat {
    async fn tell(&mut self, bot: &Bot, kind: &str, data: Value, out: &mut impl Write) -> Result<()> {
        let event = self.session.event(kind, data);
        let begun = SystemClock.now();
        let answer = bot.post(&webhook_id(), &event, begun).await;
        let took = (SystemClock.now() - begun).num_milliseconds();
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                writeln!(out, "  ! {error} after {took} ms: people take over at once, with a brief")?;
                self.handed_over.get_or_insert_default();
                return Ok(());
            }
        };
        if let Some(problem) = &answer.problem {
            writeln!(out, "  ! {problem}")?;
        }
        let asked = event.data["message"]["wants_person"] == true;
        for action in &answer.actions {
            if self.handed_over.is_some() {
                writeln!(out, "  ! what comes after a handoff is left out")?;
                break;
            }
            self.done(action, out)?;
        }
        if asked && self.handed_over.is_none() {
            writeln!(
                out,
                "  ! the customer asked for a person: if no hand-off comes by call, people take over in 3 s"
            )?;
        } else if kind == "message.created" && answer.actions.is_empty() {
            writeln!(out, "  (no action after {took} ms: people take over when silenceSeconds have passed)")?;
        }
        self.steps.push(Step { event: event.kind, data: event.data, actions: answer.actions });
        Ok(())
    }

    fn done(&mut self, action: &BotAction, out: &mut impl Write) -> Result<()> {
        match action {
            BotAction::Message { text, buttons } => {
                writeln!(out, "bot> {text}")?;
                if let Err(problem) = meridian_domain::button::check(buttons) {
                    writeln!(out, "  ! buttons: {problem}; they would be shown as a list")?;
                }
                for (n, button) in buttons.iter().enumerate() {
                    writeln!(out, "     {}. {}", n + 1, button.title)?;
                }
                self.buttons.clone_from(buttons);
            }
            BotAction::Handoff(request) => {
                let mut request = HandoffRequest::clone(request);
                for left_out in request.mend() {
                    writeln!(out, "  ! handoff.{left_out}: left out, see the limits in docs/bots.md")?;
                }
                let reason = [request.reason.code.as_str(), request.reason.text.as_str()].join(" ");
                writeln!(out, "  handed over to people: {}", reason.trim())?;
                for (name, value) in &request.slots {
                    writeln!(out, "     {name}: {value}")?;
                }
                self.handed_over = Some(request);
            }
        }
        Ok(())
    }
}
