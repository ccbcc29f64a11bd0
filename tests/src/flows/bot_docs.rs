//! The bots of `docs/bots.md`, taken out of the document and run: they answer, hand over, and when one is killed a person
//! has the conversation with its brief within ten seconds.

use super::{PATIENCE, main_job::reqwest_client, unix};
use crate::layers::root;
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::{
    io::Write,
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The first code block of a language.
fn block(language: &str) -> Result<String> {
    let document = std::fs::read_to_string(root().join("docs/bots.md"))?;
    let start =
        document.split(&format!("```{language}\n")).nth(1).with_context(|| format!("no {language} in docs/bots.md"))?;
    let code = start.split("```").next().unwrap_or_default().to_owned();
    ensure!(code.lines().count() <= 15, "the {language} bot has {} lines, the promise is 15", code.lines().count());
    Ok(code)
}

/// A running bot; gone with its process.
struct Running {
    child: Child,
    file: PathBuf,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Runs a block; `None` where its interpreter is missing.
async fn run(program: &str, language: &str, ending: &str) -> Result<Option<Running>> {
    let code = block(language)?;
    if Command::new(program).arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("SKIPPED: {program} is not installed, the {language} bot of docs/bots.md was not run");
        return Ok(None);
    }
    let port = meridian_dev::free_port(0)?;
    let file = std::env::temp_dir().join(format!("meridian-bot-{port}.{ending}"));
    std::fs::write(&file, code)?;
    let child = Command::new(program)
        .arg(&file)
        .env("BOT_SECRET", Stack::webhook_secret("bot"))
        .env("PORT", port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let running = Running { child, file, url: format!("http://127.0.0.1:{port}/") };
    let until = tokio::time::Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(tokio::time::Instant::now() < until, "the {language} bot does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(Some(running))
}

/// `meridian bot chat` and `meridian bot test`, as the document tells: it answers, keeps the rules, and answers so again.
fn tried(bot: &Running) -> Result<()> {
    let Some(bin) = std::env::var_os("MERIDIAN_TEST_BIN").filter(|bin| !bin.is_empty()) else {
        println!("SKIPPED: needs the binary of ./dev test");
        return Ok(());
    };
    let kept = bot.file.with_extension("jsonl");
    let meridian = |what: &str| {
        let mut command = Command::new(&bin);
        command.args(["bot", what, "--url", &bot.url]).env("BOT_SECRET", Stack::webhook_secret("bot"));
        command
    };
    let mut chat = meridian("chat").arg("--record").arg(&kept).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    chat.stdin.take().context("stdin")?.write_all(b"hello\na person please\n")?;
    let said = String::from_utf8(chat.wait_with_output()?.stdout)?;
    ensure!(said.contains("bot> You said: hello") && said.contains("handed over to people: requested"), "{said}");
    let tested = meridian("test").arg(&kept).output()?;
    let told = String::from_utf8(tested.stdout)?;
    ensure!(tested.status.success() && told.matches("\nok ").count() >= 6, "{told}");
    Ok(std::fs::remove_file(kept)?)
}

async fn write(stack: &Stack, phone: &str, n: u32, text: &str) -> Result<()> {
    let whatsapp = stack.whatsapp()?;
    let message = whatsapp.text(phone, "Ida", &format!("wamid.{phone}.{n}"), text, unix());
    ensure!(whatsapp.post(&reqwest_client(), &message).await? == 200);
    Ok(())
}

/// What people see of the newest conversation.
async fn newest(ada: &Agent) -> Result<Value> {
    let look = "{ conversations(view: OPEN, first: 1) { nodes { owner handoffs { brief briefState }
        timeline(first: 20) { nodes { text } } } } }";
    Ok(ada.query(look, json!({})).await?["conversations"]["nodes"][0].take())
}

async fn dialogue(program: &str, language: &str, ending: &str) -> Result<()> {
    let Some(mut bot) = run(program, language, ending).await? else { return Ok(()) };
    tried(&bot)?;
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let queues = ada.query("{ queues { id } }", json!({})).await?;
    let save = "mutation($i: BotSaveInput!) { botSave(input: $i) { userErrors { message } } }";
    let input = json!({ "botId": stack.demo.bot.to_string(), "name": "Dory", "url": bot.url,
                        "fallbackQueueId": queues["queues"][0]["id"] });
    let saved = ada.query(save, json!({ "i": input })).await?;
    ensure!(saved["botSave"]["userErrors"] == json!([]), "{saved}");

    // It answers, and hands over when asked.
    write(&stack, "447700900601", 1, "my kettle leaks").await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    ensure!(newest(&ada).await?.to_string().contains("You said: my kettle leaks"), "the bot's words are missing");
    write(&stack, "447700900601", 2, "a person please").await?;
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 1, PATIENCE).await?;
    let seen = newest(&ada).await?;
    ensure!(seen["owner"] == "QUEUE" && seen["handoffs"][0]["brief"]["reason"] == "requested", "{seen}");

    // It is killed in the middle of another dialogue.
    write(&stack, "447700900602", 1, "where is my parcel 77120?").await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 2, PATIENCE).await?;
    bot.child.kill()?;
    bot.child.wait()?;
    write(&stack, "447700900602", 2, "are you still there?").await?;
    let briefs = "select count(*) from handoff where brief_state = 'ready'";
    stack.settle(briefs, 2, Duration::from_secs(10)).await.context("nobody has the conversation after ten seconds")?;
    let seen = newest(&ada).await?;
    ensure!(seen["owner"] == "QUEUE", "{seen}");
    let brief = seen["handoffs"][0]["brief"].to_string();
    ensure!(
        brief.contains("where is my parcel 77120?") && brief.contains("77120"),
        "the brief lost the problem: {brief}"
    );
    // The ledger would go on telling a bot that is gone.
    stack.sql("update bot_event set state = 'failed' where state = 'pending'").await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_bot_of_the_document_works_and_its_death_loses_nobody() -> Result<()> {
    dialogue("python3", "python", "py").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_bot_of_the_document_works_and_its_death_loses_nobody() -> Result<()> {
    dialogue("node", "ts", "mjs").await
}
