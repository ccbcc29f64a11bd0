//! `meridian bench handoff`: from a bot's signed hand-off to the offer with its brief on an agent's socket.

use super::{
    crowd::{ACCEPT, AVAILABLE},
    rig::{Rig, machine},
};
use anyhow::{Context, Result, ensure};
use clap::Args;
use meridian_app::setup::{Demo, DemoWorld, demo_secret, demo_webhook_secret, seed_demo};
use meridian_domain::{channel::ChannelKind, people::Role};
use meridian_lab::{
    agent::{Agent, Socket},
    customer::{WhatsApp, standard_webhook},
    load::{Latency, Tracker, paced},
    provider::{Answer, Recorded, answer_each},
    reqwest,
};
use meridian_store::accounts::webhook_url;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, time::Instant};

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// Hand-offs a second.
    #[arg(long, default_value_t = 10)]
    rate: u32,
    /// Seconds.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

const WORKSPACE: &str = "handoff";
const INBOX: &str = "subscription { inbox { change { __typename
    ... on ItemChange { item { kind conversationId } }
    ... on OfferChange { offer { id state conversation { id customer { name } handoffs { briefState } } } } } } }";
const BRIEF: &str = "query($id: ID!) { conversation(id: $id) { customer { name } handoffs { briefState } } }";
const RESOLVE: &str =
    "mutation($id: ID!) { conversationResolve(input: { conversationId: $id }) { userErrors { code } } }";

/// The bot: it answers the first thing a customer says with a question, and hands over after the second.
struct Bot {
    url: String,
    secret: String,
    tracker: Arc<Tracker>,
    http: reqwest::Client,
}

impl Bot {
    fn take(self: &Arc<Self>, request: &Recorded) -> (Duration, Answer) {
        let event = request.json();
        let silent = (Duration::ZERO, Answer::Say(200, json!({})));
        let (Some("message.created"), Some(text)) = (event["type"].as_str(), event["data"]["message"]["text"].as_str())
        else {
            return silent;
        };
        let Some(number) = text.strip_prefix("order ").and_then(|n| n.parse().ok()) else {
            let ask = json!({ "actions": [{ "type": "message", "text": "Which order is it?" }] });
            return (Duration::ZERO, Answer::Say(200, ask));
        };
        let (bot, session) = (Arc::clone(self), event["session"].as_str().unwrap_or_default().to_owned());
        tokio::spawn(async move { bot.hand_over(&session, number).await });
        silent
    }

    async fn hand_over(&self, session: &str, number: u64) -> Result<()> {
        let body = json!({ "session": session, "reason": { "code": "low_confidence" },
            "intent": { "name": "order_late", "confidence": 0.8 }, "slots": { "order": number.to_string() },
            "summary": "The order is late and the customer wants to know why." })
        .to_string();
        let signed = standard_webhook(&self.secret, &format!("h{number}"), meridian_lab::unix(), &body)?;
        self.tracker.sent(number, Instant::now());
        let mut post = self.http.post(&self.url);
        for (name, value) in signed {
            post = post.header(name, value);
        }
        let status = post.body(body).send().await?.status();
        ensure!(status.is_success(), "a hand-off: {status}");
        Ok(())
    }
}

/// What one run measures.
struct Run {
    tracker: Arc<Tracker>,
    latency: Latency,
}

impl Run {
    /// The offer of a conversation is on the socket; whether its brief is, too.
    fn look(&self, conversation: &Value) -> bool {
        let ready = conversation["handoffs"][0]["briefState"] == "ready";
        let number = conversation["customer"]["name"].as_str().and_then(|name| name.strip_prefix('n')?.parse().ok());
        if let (true, Some(number)) = (ready, number)
            && let Some(took) = self.tracker.arrived(number)
        {
            self.latency.record(took);
        }
        ready
    }
}

/// Waits for offers, takes them when their brief is there, and is done with them at once.
async fn desk(agent: Agent, mut socket: Socket, run: Arc<Run>) {
    // Offers that came before their brief, by conversation.
    let mut early: Vec<(String, Value)> = Vec::new();
    while let Ok(message) = socket.next(Duration::from_mins(1)).await {
        let change = &message["payload"]["data"]["inbox"]["change"];
        let offer = &change["offer"];
        if offer["state"] == "pending" {
            let conversation = offer["conversation"]["id"].as_str().unwrap_or_default().to_owned();
            if run.look(&offer["conversation"]) {
                tokio::spawn(finish(agent.clone(), offer["id"].clone(), conversation));
            } else {
                early.push((conversation, offer["id"].clone()));
            }
        } else if change["item"]["kind"] == "handoff"
            && let Some(at) = early.iter().position(|(id, _)| change["item"]["conversationId"] == id.as_str())
        {
            let Ok(seen) = agent.query(BRIEF, json!({ "id": early[at].0 })).await else { continue };
            if run.look(&seen["conversation"]) {
                let (conversation, offer) = early.swap_remove(at);
                tokio::spawn(finish(agent.clone(), offer, conversation));
            }
        }
    }
}

async fn finish(agent: Agent, offer: Value, conversation: String) {
    if agent.query(ACCEPT, json!({ "id": offer })).await.is_ok() {
        let _ = agent.query(RESOLVE, json!({ "id": conversation })).await;
    }
}

/// All agents of the demo sit down; how many.
async fn sit_down(rig: &Rig, demo: &Demo, run: &Arc<Run>) -> Result<usize> {
    let mut people = 0;
    for login in demo.logins.iter().filter(|login| login.role == Role::Agent) {
        let agent = Agent::sign_in(&rig.base, WORKSPACE, &login.email, &demo.password).await?;
        let mut socket = agent.connect().await?;
        socket.subscribe("inbox", INBOX, json!({})).await?;
        agent.query(AVAILABLE, json!({})).await?;
        tokio::spawn(desk(agent, socket, Arc::clone(run)));
        people += 1;
    }
    Ok(people)
}

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    let mut rig = Rig::start(false).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let bot_url = format!("http://{}/bot", listener.local_addr()?);
    // Providers take everything.
    let world = DemoWorld { provider_url: &format!("http://{}", listener.local_addr()?), bot_url: &bot_url };
    let demo = seed_demo(&rig.app, WORKSPACE, &world).await?;
    rig.run("api").await?;
    rig.run("workers").await?;
    let total = u64::from(options.rate) * options.seconds;
    let run = Arc::new(Run { tracker: Arc::new(Tracker::new(total as usize)), latency: Latency::default() });
    let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let bot = Arc::new(Bot {
        url: format!("{}/bots/{}/handoff", rig.base, demo.bot),
        secret: demo_webhook_secret(WORKSPACE, "bot"),
        tracker: Arc::clone(&run.tracker),
        http: http.clone(),
    });
    let server = tokio::spawn(answer_each(listener, move |request| bot.take(request)));
    let people = sit_down(&rig, &demo, &run).await?;
    let account = demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WhatsApp).context("no account")?.1;
    let number = Arc::new(WhatsApp {
        url: webhook_url(&rig.base, ChannelKind::WhatsApp, account),
        app_secret: demo_secret(WORKSPACE, "whatsapp app_secret"),
        phone_number_id: "100200300".to_owned(),
    });
    paced(options.rate, Duration::from_secs(options.seconds), |n, _| {
        tokio::spawn(customer(http.clone(), Arc::clone(&number), n));
    })
    .await;
    let until = Instant::now() + Duration::from_secs(15);
    while run.latency.count() < total && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.abort();
    let (p50, p99) = (run.latency.at(0.5), run.latency.at(0.99));
    println!("{}\n{} hand-offs/s, {people} people", machine(), options.rate);
    println!(
        "hand-off to offer with brief on the socket: p50 {p50:.1} ms, p99 {p99:.1} ms; {} of {total}",
        run.latency.count()
    );
    let round = |ms: f64| (ms * 10.0).round() / 10.0;
    Ok(json!({ "bench": "handoff", "per_s": options.rate, "offer_p50_ms": round(p50), "offer_p99_ms": round(p99),
               "missing": total - run.latency.count() }))
}

/// Says what is wrong, and which order when the bot has asked.
async fn customer(http: reqwest::Client, number: Arc<WhatsApp>, n: u64) {
    let (from, name) = (format!("4477{n:08}"), format!("n{n}"));
    for (id, text, after) in [("a", "my order is late".to_owned(), 0), ("b", format!("order {n}"), 1500)] {
        tokio::time::sleep(Duration::from_millis(after)).await;
        let body = number.text(&from, &name, &format!("wamid.{n}{id}"), &text, meridian_lab::unix());
        let _ = number.post(&http, &body).await;
    }
}
