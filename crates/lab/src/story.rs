//! The main job as a story against a running Meridian: everything goes in where the outside world does, by signed
//! posts, GraphQL and sockets. A second run tells it again with other people.

use crate::{
    agent::Agent,
    customer::{WhatsApp, standard_webhook},
    provider::{Answer, Provider},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet};

/// What the outside world knows of the tenant.
#[derive(Clone)]
pub struct World {
    /// Base URL of the api.
    pub base: String,
    /// Workspace.
    pub workspace: String,
    /// Password of its logins.
    pub password: String,
    /// The WhatsApp number.
    pub whatsapp: WhatsApp,
    /// Where mail is handed in.
    pub mail_url: String,
    /// What authenticates it.
    pub mail_token: String,
    /// The generic webhook and its secret.
    pub generic: (String, String),
    /// The bot's hand-off URL and secret.
    pub bot: (String, String),
    /// Address the provider double listens at: the one the accounts were seeded with.
    pub listen: String,
}

const PATIENCE: Duration = Duration::from_secs(30);
const INBOX: &str =
    "subscription { inbox { change { __typename ... on OfferChange { offer { id state conversation { id } } } } } }";
/// Where the people of the rush write from: calling code with a few digits, and words.
const RUSH: [(&str, &str, &str); 6] = [
    ("+447700", "Leeds", "Where is my parcel?"),
    ("+4915112", "Bremen", "Wo bleibt meine Bestellung?"),
    ("+556198", "Recife", "Meu pedido chegou quebrado."),
    ("+6581", "Singapore", "Can I change the address?"),
    ("+8613912", "Chengdu", "我的订单什么时候到？"),
    ("+14155", "Oakland", "The invoice is wrong."),
];

/// Work that somebody took.
struct Taken {
    who: usize,
    conversation: String,
}

/// A story on its way.
struct Story {
    world: World,
    http: reqwest::Client,
    provider: Provider,
    people: Vec<(&'static str, Agent)>,
    taken: mpsc::UnboundedReceiver<Taken>,
    started: Instant,
    /// Sets this run's people and messages apart from those of earlier runs.
    run: u64,
    /// Customers' messages handed in.
    posted: u32,
    /// Work that agents took.
    accepted: u32,
}

/// Tells the whole story; an error says where it broke.
pub async fn tell(world: World) -> Result<()> {
    let provider = Provider::listen(&world.listen).await;
    let provider = provider.with_context(|| format!("listen on {} for the providers' part", world.listen))?;
    let (send, taken) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    let mut people = Vec::new();
    for (who, (login, site)) in
        [("ana", "London"), ("ben", "London"), ("mei", "Singapore"), ("ravi", "Singapore")].into_iter().enumerate()
    {
        let email = format!("{login}@{}.example", world.workspace);
        let agent = Agent::sign_in(&world.base, &world.workspace, &email, &world.password).await?;
        tasks.spawn(on_duty(who, agent.clone(), send.clone()));
        people.push((site, agent));
    }
    let run = crate::unix().unsigned_abs() % 1_000_000;
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let mut story =
        Story { world, http, provider, people, taken, started: Instant::now(), run, posted: 0, accepted: 0 };
    story.say("Ana and Ben in London, Mei and Ravi in Singapore sign in and are available");
    let nora = story.last_week().await?;
    story.shop_knows(&nora).await?;
    story.today(&nora).await?;
    story.rush().await?;
    tasks.abort_all();
    Ok(())
}

/// Follows the inbox of one agent and accepts whatever is offered.
async fn on_duty(who: usize, agent: Agent, taken: mpsc::UnboundedSender<Taken>) -> Result<()> {
    let mut socket = agent.connect().await?;
    socket.subscribe("inbox", INBOX, json!({})).await?;
    let set = "mutation { presenceSet(input: { state: AVAILABLE }) { userErrors { message } } }";
    agent.query(set, json!({})).await?;
    let accept =
        "mutation($id: ID!) { offerAccept(input: { offerId: $id }) { conversation { id } userErrors { code } } }";
    loop {
        let Ok(message) = socket.next(Duration::from_hours(1)).await else { return Ok(()) };
        if message["type"] == "ping" {
            socket.say(&json!({ "type": "pong" })).await?;
        }
        let offer = &message["payload"]["data"]["inbox"]["change"]["offer"];
        if offer["state"] != "pending" {
            continue;
        }
        let done = agent.query(accept, json!({ "id": offer["id"] })).await?;
        if let Some(conversation) = done["offerAccept"]["conversation"]["id"].as_str() {
            let _ = taken.send(Taken { who, conversation: conversation.to_owned() });
        }
    }
}

impl Story {
    fn say(&self, text: &str) {
        println!("{:>7.2} s  {text}", self.started.elapsed().as_secs_f64());
    }

    /// The next conversation somebody took whose customer `is` says is the right one; others are finished at once.
    async fn next_taken(&mut self, is: impl Fn(&Value) -> bool) -> Result<(Taken, Value)> {
        loop {
            let taken = tokio::time::timeout(PATIENCE, self.taken.recv()).await;
            let taken = taken.context("nobody was offered the work: is a site awake?")?.context("agents left")?;
            self.accepted += 1;
            let look = "query($id: ID!) { conversation(id: $id) { subject customer { id name identities { scheme value verified } }
                workItems { decisions { outcome exclusions } } } }";
            let seen = self.people[taken.who].1.query(look, json!({ "id": taken.conversation })).await?;
            let seen = seen["conversation"].clone();
            if is(&seen["customer"]) {
                return Ok((taken, seen));
            }
            self.say("(work left from before is finished first)");
            self.resolve(&taken).await?;
        }
    }

    async fn resolve(&self, taken: &Taken) -> Result<()> {
        let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) { userErrors { message } } }";
        let done = self.people[taken.who].1.query(resolve, json!({ "c": taken.conversation })).await?;
        let errors = &done["conversationResolve"]["userErrors"];
        ensure!(errors.as_array().is_some_and(Vec::is_empty), "resolve: {errors}");
        Ok(())
    }

    /// A mail, taken by somebody awake; the phone confirmed; resolved. Returns the customer's id.
    async fn last_week(&mut self) -> Result<String> {
        let (run, domain) = (self.run, format!("{}.example", self.world.workspace));
        let mail = format!(
            "Authentication-Results: mx.example; dmarc=pass header.from=example.org\r\nFrom: Nora Pike <nora.{run}@example.org>\r\n\
             To: help@{domain}\r\nSubject: Kettle\r\nMessage-ID: <kettle.{run}@example.org>\r\n\r\nThe kettle I bought leaks.\r\n"
        );
        let post = self.http.post(&self.world.mail_url).bearer_auth(&self.world.mail_token).body(mail);
        ensure!(post.send().await?.status() == 200, "the mail was refused");
        self.posted += 1;
        self.say("Nora mails: the kettle leaks");
        let address = format!("nora.{run}@example.org");
        let is_nora = |customer: &Value| {
            customer["identities"].as_array().is_some_and(|ids| ids.iter().any(|id| id["value"] == address.as_str()))
        };
        let (taken, seen) = self.next_taken(is_nora).await?;
        self.say(&format!(
            "offered to and accepted in {}; passed over: {}",
            self.people[taken.who].0,
            passed_over(&seen)
        ));
        let customer = seen["customer"]["id"].as_str().context("customer")?.to_owned();
        let confirm = "mutation($c: ID!, $v: String!) { identityConfirm(input: { customerId: $c, scheme: \"phone_e164\", value: $v }) { userErrors { message } } }";
        let phone = format!("+44 7700 {:06}", self.run);
        self.people[taken.who].1.query(confirm, json!({ "c": customer, "v": phone })).await?;
        self.say(&format!("the agent confirms her phone {phone} and resolves the conversation"));
        self.resolve(&taken).await?;
        Ok(customer)
    }

    /// What the shop's own system knows of Nora stands on her card. Afterwards nobody is there to be asked: it is off again.
    async fn shop_knows(&self, nora: &str) -> Result<()> {
        let email = format!("ada@{}.example", self.world.workspace);
        let ada = Agent::sign_in(&self.world.base, &self.world.workspace, &email, &self.world.password).await?;
        let url = format!("{}/shop/customers", self.provider.url);
        let known = ada.query("{ customerLookupSetting { url } }", json!({})).await?;
        if known["customerLookupSetting"]["url"].as_str().is_some_and(|other| other != url) {
            return Ok(());
        }
        let save = "mutation($u: String!, $e: Boolean!) { customerLookupSave(input: { url: $u, enabled: $e }) { userErrors { message } } }";
        ada.query(save, json!({ "u": url, "e": true })).await?;
        let answer = json!({ "tags": ["Harbour Club"], "facts": [{ "label": "Vouchers", "value": "GBP 15.00" }],
            "activities": [{ "at": "2026-03-12T09:30:00Z", "title": "Order 48213: kettle", "amount": "GBP 39.90" }] });
        self.provider.plan("/shop/customers", vec![Answer::Say(200, answer)]);
        let look = "query($c: ID!) { customerLookup(customerId: $c) { answer { facts { label value } activities { title } } fault { kind } } }";
        let seen = self.people[0].1.query(look, json!({ "c": nora })).await?["customerLookup"].take();
        let (fact, order) = (&seen["answer"]["facts"][0], &seen["answer"]["activities"][0]["title"]);
        let (Some(value), Some(order)) = (fact["value"].as_str(), order.as_str()) else {
            anyhow::bail!("the shop was not asked: {seen}");
        };
        self.say(&format!("the shop's own system says on her card: vouchers {value}; {order}"));
        ada.query(save, json!({ "u": url, "e": false })).await?;
        Ok(())
    }

    /// WhatsApp, the bot, the hand-off, the brief, the answer and its status.
    async fn today(&mut self, nora: &str) -> Result<()> {
        let (run, from) = (self.run, format!("447700{:06}", self.run));
        let reply = json!({ "actions": [{ "type": "message", "text": "Hi! What is your order number?" }] });
        self.provider.plan("/bot", vec![Answer::Say(200, reply)]);
        let words = "The new kettle leaks too, order 48213. Can I talk to a person?";
        let text = self.world.whatsapp.text(&from, "Nora", &format!("wamid.demo{run}"), words, crate::unix());
        ensure!(self.world.whatsapp.post(&self.http, &text).await? == 200, "the WhatsApp message was refused");
        self.posted += 1;
        self.say("Nora writes on WhatsApp; the bot answers");
        let told = self.wait_for(|story| story.provider.seen("/bot").pop()).await.context("the bot was not told")?;
        self.wait_for(|story| story.provider.seen("/messages").pop())
            .await
            .context("the bot's words did not go out")?;
        let body = json!({ "session": told.json()["session"], "reason": { "code": "requested" },
                           "slots": { "product": "kettle" } })
        .to_string();
        let mut post = self.http.post(&self.world.bot.0);
        for (name, value) in standard_webhook(&self.world.bot.1, &format!("demo_{run}"), crate::unix(), &body)? {
            post = post.header(name, value);
        }
        ensure!(post.body(body).send().await?.status() == 202, "the hand-off was refused");
        self.say("the bot hands over");
        let (taken, seen) = self.next_taken(|customer| customer["id"] == nora).await?;
        self.say(&format!(
            "known as the Nora who mailed; accepted in {}; passed over: {}",
            self.people[taken.who].0,
            passed_over(&seen)
        ));
        let agent = self.people[taken.who].1.clone();
        self.tell_brief(&agent, &taken.conversation).await?;
        let send = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { item { id } userErrors { message } } }";
        let before = self.provider.seen("/messages").len();
        let done = agent.query(send, json!({ "c": taken.conversation, "t": "A new one leaves today." })).await?;
        let item = done["messageSend"]["item"]["id"].as_str().context("the reply was refused")?.to_owned();
        let out = self.wait_for(|story| story.provider.seen("/messages").into_iter().nth(before)).await;
        ensure!(out.context("the reply did not go out")?.json()["to"] == from.as_str(), "it went to somebody else");
        self.say("the reply is at the provider, once");
        self.statuses(&agent, &taken.conversation, &item).await?;
        self.resolve(&taken).await
    }

    async fn tell_brief(&self, agent: &Agent, conversation: &str) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        let look = "query($id: ID!) { conversation(id: $id) { handoffs { brief } customer { timeline(first: 50) { nodes { channel } } } } }";
        loop {
            let seen = agent.query(look, json!({ "id": conversation })).await?["conversation"].take();
            if let Some(facts) = seen["handoffs"][0]["brief"]["facts"].as_array() {
                let facts: Vec<&str> = facts.iter().filter_map(|fact| fact["value"].as_str()).collect();
                let nodes = seen["customer"]["timeline"]["nodes"].as_array().cloned().unwrap_or_default();
                let channels: std::collections::BTreeSet<&str> =
                    nodes.iter().filter_map(|n| n["channel"].as_str()).collect();
                self.say(&format!(
                    "the brief cites: {}; one timeline over {channels:?}, {} items",
                    facts.join(", "),
                    nodes.len()
                ));
                return Ok(());
            }
            ensure!(Instant::now() < until, "the brief did not come");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The provider reports; out of order, as they do.
    async fn statuses(&self, agent: &Agent, conversation: &str, item: &str) -> Result<()> {
        let look = "query($id: ID!) { conversation(id: $id) { timeline(first: 5) { nodes { id delivery } } } }";
        let count = self.provider.count();
        for status in ["read", "delivered", "sent"] {
            let body = self.world.whatsapp.status(&format!("wamid.out{count}"), status, crate::unix());
            ensure!(self.world.whatsapp.post(&self.http, &body).await? == 200, "the status was refused");
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = agent.query(look, json!({ "id": conversation })).await?;
            let nodes = seen["conversation"]["timeline"]["nodes"].as_array().cloned().unwrap_or_default();
            let state = nodes.iter().find(|n| n["id"] == item).and_then(|n| n["delivery"].as_str()).unwrap_or_default();
            if state.eq_ignore_ascii_case("read") {
                self.say("its status came back: read");
                return Ok(());
            }
            ensure!(Instant::now() < until, "the status did not come back: {state:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn wait_for<T>(&self, found: impl Fn(&Self) -> Option<T>) -> Option<T> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = found(self) {
                return Some(found);
            }
            if Instant::now() > until {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Two customers of each of six countries at once.
    async fn rush(&mut self) -> Result<()> {
        let (url, secret) = self.world.generic.clone();
        for n in 0..2 * RUSH.len() {
            let (code, town, words) = RUSH[n % RUSH.len()];
            let phone = format!("{code}{:06}", (self.run * 100 + n as u64) % 1_000_000);
            let id = format!("demo-{}-{n}", self.run);
            let body = json!({ "kind": "message", "external_id": id, "content": { "message_type": "text", "text": words },
                "sender": { "name": format!("Customer in {town}"), "ids": [{ "scheme": "phone_e164", "value": phone, "verified": "channel" }] } });
            let body = body.to_string();
            let mut post = self.http.post(&url);
            for (name, value) in standard_webhook(&secret, &id, crate::unix(), &body)? {
                post = post.header(name, value);
            }
            ensure!(post.body(body).send().await?.status() == 200, "a message of the rush was refused");
            self.posted += 1;
        }
        self.say(&format!("{} customers of six countries write at once", 2 * RUSH.len()));
        let mut sites: BTreeMap<&str, u32> = BTreeMap::new();
        for _ in 0..2 * RUSH.len() {
            let is_rush = |customer: &Value| customer["name"].as_str().is_some_and(|n| n.starts_with("Customer in"));
            let (taken, _) = self.next_taken(is_rush).await?;
            *sites.entry(self.people[taken.who].0).or_default() += 1;
            self.resolve(&taken).await?;
        }
        let shown: Vec<String> = sites.iter().map(|(site, count)| format!("{count} in {site}")).collect();
        self.say(&format!("all were taken and answered: {}", shown.join(", ")));
        println!("\n  customers' messages {}", self.posted);
        println!("  work taken          {}", self.accepted);
        println!("  sent to provider    {}", self.provider.seen("/messages").len());
        println!("  events to the bot   {}", self.provider.seen("/bot").len());
        Ok(())
    }
}

/// Why others were not asked, in words.
fn passed_over(seen: &Value) -> String {
    let exclusions = &seen["workItems"][0]["decisions"][0]["exclusions"];
    let reasons = exclusions.as_object().map(|reasons| {
        reasons.iter().map(|(reason, count)| format!("{count} {}", reason.replace('_', " "))).collect::<Vec<_>>()
    });
    reasons.filter(|reasons| !reasons.is_empty()).map_or_else(|| "nobody".to_owned(), |reasons| reasons.join(", "))
}
