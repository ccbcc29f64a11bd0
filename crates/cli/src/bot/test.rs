//! Recorded dialogues, played again.

use super::{
    chat::keep,
    rules,
    talk::{Bot, Session, webhook_id},
};
use anyhow::{Context, Result};
use meridian_domain::{
    bot::dialogue::{self, Step},
    time::{Clock, SystemClock},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Checks the rules, then plays the dialogues; how many checks failed.
pub async fn test(bot: &Bot, files: &[PathBuf], update: bool, out: &mut impl Write) -> Result<usize> {
    let mut wrong = 0;
    for (rule, problem) in rules::checked(bot).await {
        match problem {
            None => writeln!(out, "ok    {rule}")?,
            Some(problem) => {
                wrong += 1;
                writeln!(out, "FAIL  {rule}: {problem}")?;
            }
        }
    }
    for path in files {
        let steps = read(path)?;
        let played = play(bot, &steps).await;
        if update {
            keep(path, &played?)?;
            writeln!(out, "kept  {}", path.display())?;
            continue;
        }
        let difference = match &played {
            Ok(played) => difference(&steps, played)?,
            Err(error) => Some(format!("{error:#}")),
        };
        match difference {
            None => writeln!(out, "ok    {} ({} events)", path.display(), steps.len())?,
            Some(difference) => {
                wrong += 1;
                writeln!(out, "FAIL  {}: {difference}", path.display())?;
            }
        }
    }
    Ok(wrong)
}

fn read(path: &Path) -> Result<Vec<Step>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    dialogue::read(&text).with_context(|| path.display().to_string())
}

async fn play(bot: &Bot, steps: &[Step]) -> Result<Vec<Step>> {
    let mut session = Session::open();
    let mut played = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let event = session.event(&step.event, step.data.clone());
        let answer = bot.post(&webhook_id(), &event, SystemClock.now()).await;
        let answer = answer.with_context(|| format!("event {}", n + 1))?;
        played.push(Step { actions: answer.actions, ..step.clone() });
    }
    Ok(played)
}

/// The first event that was answered otherwise.
fn difference(wanted: &[Step], played: &[Step]) -> Result<Option<String>> {
    let Some(n) = (0..wanted.len()).find(|n| wanted[*n].actions != played[*n].actions) else { return Ok(None) };
    let said = &wanted[n].data["message"]["text"];
    let told = |step: &Step| serde_json::to_string(&step.actions);
    Ok(Some(format!(
        "event {} ({} {said})\n      was  {}\n      is   {}",
        n + 1,
        wanted[n].event,
        told(&wanted[n])?,
        told(&played[n])?
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::chat::chat;
    use meridian_lab::provider::{Answer, Recorded, answer_each};
    use serde_json::json;
    use std::time::Duration;

    const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

    /// A bot of our own; `lax` ones believe everybody.
    async fn bot(greeting: &'static str, lax: bool) -> Result<Bot> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let respond = move |request: &Recorded| {
            let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
            let at: i64 = header("webhook-timestamp").parse().unwrap_or_default();
            let body = String::from_utf8_lossy(&request.body).into_owned();
            let signed = meridian_lab::customer::standard_webhook(SECRET, &header("webhook-id"), at, &body);
            let good = signed.is_ok_and(|all| all.iter().any(|(_, value)| *value == header("webhook-signature")));
            let fresh = (SystemClock.now().timestamp() - at).abs() < 300;
            if !(lax || good && fresh) {
                return (Duration::ZERO, Answer::Say(401, json!({})));
            }
            let text = request.json()["data"]["message"]["text"].as_str().unwrap_or_default().to_owned();
            let actions = match text.as_str() {
                "" => json!([]),
                "person" => json!([{ "type": "handoff", "slots": { "order": 7 }, "context": { "step": 2 } }]),
                _ => json!([{ "type": "message", "text": format!("{greeting} {text}"), "buttons": ["Yes", "No"] }]),
            };
            (Duration::ZERO, Answer::Say(200, json!({ "actions": actions })))
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        tokio::spawn(answer_each(listener, respond));
        Bot::at(&url, SECRET.to_owned())
    }

    fn file(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("meridian-bot-{name}-{}.jsonl", std::process::id()))
    }

    #[tokio::test]
    async fn a_dialogue_is_talked_kept_and_played_again() {
        let path = file("kept");
        let kind = bot("Hello", false).await.unwrap();
        let typed: &[u8] = b"kettle\n1\nperson\nstill there?\n/return it is paid\nthanks\n";
        let mut shown = Vec::new();
        chat(&kind, typed, &mut shown, Some(&path)).await.unwrap();
        let shown = String::from_utf8(shown).unwrap();
        for said in [
            "bot> Hello kettle",
            "1. Yes",
            "order: 7",
            "people have the conversation",
            "bot> Hello thanks",
            "5 events kept",
        ] {
            assert!(shown.contains(said), "{said}: {shown}");
        }
        let steps = read(&path).unwrap();
        assert_eq!(steps[1].data["message"]["choice"], json!({ "title": "Yes", "payload": "Yes" }));
        let returned = steps.iter().find(|step| step.event == "session.returned").unwrap();
        assert_eq!((&returned.data["note"], &returned.data["context"]["step"]), (&json!("it is paid"), &json!(2)));

        let mut told = Vec::new();
        assert_eq!(
            test(&kind, std::slice::from_ref(&path), false, &mut told).await.unwrap(),
            0,
            "{}",
            String::from_utf8_lossy(&told)
        );
        let other = bot("Good day", false).await.unwrap();
        let mut told = Vec::new();
        assert_eq!(test(&other, std::slice::from_ref(&path), false, &mut told).await.unwrap(), 1);
        let told = String::from_utf8(told).unwrap();
        assert!(told.contains("Hello kettle") && told.contains("Good day kettle"), "{told}");
        assert_eq!(test(&other, std::slice::from_ref(&path), true, &mut Vec::new()).await.unwrap(), 0);
        assert_eq!(test(&other, std::slice::from_ref(&path), false, &mut Vec::new()).await.unwrap(), 0, "kept anew");
        std::fs::remove_file(&path).unwrap();
    }

    #[tokio::test]
    async fn a_bot_that_believes_everybody_or_is_not_there_fails() {
        let lax = bot("Hello", true).await.unwrap();
        let mut told = Vec::new();
        assert_eq!(test(&lax, &[], false, &mut told).await.unwrap(), 2, "{}", String::from_utf8_lossy(&told));
        let nobody = Bot::at("http://127.0.0.1:9/", SECRET.to_owned()).unwrap();
        assert_eq!(test(&nobody, &[], false, &mut Vec::new()).await.unwrap(), 1);
        let mut shown = Vec::new();
        chat(&nobody, &b"hello\n"[..], &mut shown, None).await.unwrap();
        assert!(String::from_utf8(shown).unwrap().contains("people take over at once"));
        assert!(Bot::at("http://127.0.0.1:9/", "secret".to_owned()).is_err());
        let broken = file("broken");
        std::fs::write(&broken, "{}\n").unwrap();
        let refused = test(&lax, std::slice::from_ref(&broken), false, &mut Vec::new()).await.unwrap_err();
        assert!(format!("{refused:#}").contains("line 1"), "{refused:#}");
        std::fs::remove_file(&broken).unwrap();
    }
}
