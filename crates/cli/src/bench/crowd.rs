//! Agents at their desks: sockets that follow the inbox, offers accepted at once.

use anyhow::Result;
use meridian_app::setup::{Crowd as Seeded, seed_crowd};
use meridian_lab::{agent::Agent, customer::WhatsApp, load::Latency, load::Tracker, reqwest};
use meridian_store::accounts::webhook_url;
use rand::Rng;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::RwLock, task::JoinSet, time::Instant};

use super::rig::Rig;

pub const INBOX: &str = "subscription { inbox { cursor change { __typename
    ... on ItemChange { item { id seq kind text placedAt conversationId actor { kind } } }
    ... on OfferChange { offer { id state expiresAt conversation { id customer { name } } } } } } }";
pub const ACCEPT: &str =
    "mutation($id: ID!) { offerAccept(input: { offerId: $id }) { conversation { id } userErrors { code } } }";
const RESOLVE: &str =
    "mutation($id: ID!) { conversationResolve(input: { conversationId: $id }) { userErrors { code } } }";
pub const AVAILABLE: &str = "mutation { presenceSet(input: { state: AVAILABLE }) { userErrors { message } } }";

/// What a run measures.
#[derive(Default)]
pub struct Run {
    /// Messages of this run by number.
    pub tracker: Option<Tracker>,
    /// Post to push.
    pub push: Latency,
    /// Post to offer.
    pub offer: Latency,
}

/// A seeded tenant whose agents are at their desks.
pub struct Crowd {
    /// The tenant.
    pub seeded: Seeded,
    /// Its numbers, as Meta sees them.
    pub numbers: Vec<WhatsApp>,
    /// The run that is on.
    pub run: Arc<RwLock<Arc<Run>>>,
    /// Offers accepted so far.
    pub accepted: Arc<AtomicU64>,
    /// For posts.
    pub http: reqwest::Client,
    desks: JoinSet<()>,
}

impl Crowd {
    /// Seeds so many agents and numbers; nobody is at a desk yet.
    pub async fn seed(rig: &Rig, agents: usize, accounts: usize) -> Result<Self> {
        let seeded = seed_crowd(&rig.app, "crowd", agents, accounts, "http://127.0.0.1:9").await?;
        let numbers = seeded.accounts.iter().map(|(id, number, secret)| WhatsApp {
            url: webhook_url(&rig.base, meridian_domain::channel::ChannelKind::WhatsApp, *id),
            app_secret: secret.clone(),
            phone_number_id: number.clone(),
        });
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).pool_max_idle_per_host(512).build()?;
        let numbers = numbers.collect();
        Ok(Self { seeded, numbers, run: Arc::default(), accepted: Arc::default(), http, desks: JoinSet::new() })
    }

    /// Signs everybody in, opens their sockets, makes them available.
    pub async fn sit_down(&mut self, rig: &Rig) -> Result<()> {
        for agent in self.sign_in(rig).await? {
            self.sit(agent).await?;
        }
        Ok(())
    }

    /// Signs everybody in.
    pub async fn sign_in(&self, rig: &Rig) -> Result<Vec<Agent>> {
        let mut agents = Vec::with_capacity(self.seeded.emails.len());
        for few in self.seeded.emails.chunks(16) {
            let mut signing = JoinSet::new();
            for email in few {
                let (http, base, email) = (self.http.clone(), rig.base.clone(), email.clone());
                let (workspace, password) = (self.seeded.workspace.clone(), self.seeded.password);
                signing.spawn(async move { Agent::sign_in_with(http, &base, &workspace, &email, password).await });
            }
            while let Some(agent) = signing.join_next().await {
                agents.push(agent??);
            }
        }
        Ok(agents)
    }

    async fn sit(&mut self, agent: Agent) -> Result<()> {
        let mut socket = agent.connect().await?;
        socket.subscribe("inbox", INBOX, json!({})).await?;
        agent.query(AVAILABLE, json!({})).await?;
        let (run, accepted) = (Arc::clone(&self.run), Arc::clone(&self.accepted));
        self.desks.spawn(async move {
            while let Ok(message) = socket.next(Duration::from_hours(1)).await {
                let change = &message["payload"]["data"]["inbox"]["change"];
                let current = Arc::clone(&*run.read().await);
                if let Some(text) = change["item"]["text"].as_str() {
                    arrived(&current, text, 'm', &current.push);
                } else if change["offer"]["state"] == "pending" {
                    let offer = change["offer"].clone();
                    let name = offer["conversation"]["customer"]["name"].as_str().unwrap_or_default().to_owned();
                    arrived(&current, &name, 'n', &current.offer);
                    let (agent, accepted) = (agent.clone(), Arc::clone(&accepted));
                    tokio::spawn(async move { work(&agent, &offer, &name, &accepted).await });
                }
            }
        });
        Ok(())
    }

    /// Starts a run of so many messages.
    pub async fn begin(&self, messages: usize) -> Arc<Run> {
        let run = Arc::new(Run { tracker: Some(Tracker::new(messages)), ..Run::default() });
        *self.run.write().await = Arc::clone(&run);
        run
    }

    /// Posts a text message of a customer to the number of that customer; returns the status, 0 without an answer.
    pub async fn say(&self, customer: u64, name: &str, id: &str, text: &str) -> u16 {
        post(&self.http, self.number_of(customer), customer, name, id, text).await
    }

    /// The number this customer writes to.
    pub fn number_of(&self, customer: u64) -> &WhatsApp {
        &self.numbers[customer as usize % self.numbers.len()]
    }
}

/// Posts a text message; returns the status, 0 without an answer.
pub async fn post(http: &reqwest::Client, number: &WhatsApp, customer: u64, name: &str, id: &str, text: &str) -> u16 {
    let body = number.text(&format!("4477{customer:08}"), name, id, text, meridian_lab::unix());
    number.post(http, &body).await.unwrap_or(0)
}

/// Takes the number out of `m17 ..` or `n17` and records how long it took.
fn arrived(run: &Run, text: &str, mark: char, latency: &Latency) {
    let number = text.strip_prefix(mark).and_then(|rest| rest.split(' ').next()).and_then(|n| n.parse().ok());
    if let (Some(number), Some(tracker)) = (number, &run.tracker)
        && let Some(took) = tracker.arrived(number)
    {
        latency.record(took);
    }
}

/// Accepts; customers of a run are done with after 2 to 10 seconds, those of the warm-up stay.
async fn work(agent: &Agent, offer: &Value, name: &str, accepted: &AtomicU64) {
    let Ok(done) = agent.query(ACCEPT, json!({ "id": offer["id"] })).await else { return };
    let Some(conversation) = done["offerAccept"]["conversation"]["id"].as_str() else { return };
    accepted.fetch_add(1, Ordering::Relaxed);
    if name.starts_with('n') {
        let seconds = rand::rng().random_range(2.0..10.0);
        tokio::time::sleep_until(Instant::now() + Duration::from_secs_f64(seconds)).await;
        let _ = agent.query(RESOLVE, json!({ "id": conversation })).await;
    }
}
