//! Assistants think beside the lanes, so that a slow endpoint holds up no other bot: a job of the ledger only says that a
//! session waits, and comes back later as the net under it. A session is in the hands of one task at a time, which does
//! its events in order.

use crate::{Settings, model::Endpoints};
use futures_util::FutureExt;
use meridian_app::bots;
use meridian_bus::Outcome;
use meridian_domain::ids::{BotId, SessionId, TenantId};
use std::{collections::HashMap, panic::AssertUnwindSafe};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Sessions that think at once in a process, and sessions that may wait for one of these places.
const MOST: usize = 64;
/// Seconds after which a job comes back: longer than the longest talk.
const NET: u32 = 30;
/// Looks at an event before it is left to people for good.
const LOOKS: u32 = 100;

/// A session whose assistant has something to do.
type Place = (TenantId, SessionId, BotId);

/// Where sessions wait for their assistants.
#[derive(Clone)]
pub(crate) struct Waiting(Sender<Place>);

impl Waiting {
    /// Takes a session; what that means for its job.
    pub(crate) fn take(&self, tenant: TenantId, session: SessionId, bot: BotId, attempt: u32) -> Outcome {
        if attempt >= LOOKS {
            return Outcome::Done;
        }
        match self.0.try_send((tenant, session, bot)) {
            Ok(()) => Outcome::Retry(NET),
            Err(_) => Outcome::Retry(1),
        }
    }
}

/// The two ends of the line.
pub(crate) fn line() -> (Waiting, Receiver<Place>) {
    let (sender, receiver) = mpsc::channel(MOST);
    (Waiting(sender), receiver)
}

/// Lets assistants think until told to stop; those that think then come to their end.
pub(crate) async fn run(settings: Settings, mut waiting: Receiver<Place>, stop: CancellationToken) {
    let mut thinking: JoinSet<Place> = JoinSet::new();
    // Sessions in hand, and whether they were named again meanwhile.
    let mut in_hand: HashMap<Place, bool> = HashMap::new();
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            Some(place) = waiting.recv(), if thinking.len() < MOST => {
                if let Some(again) = in_hand.get_mut(&place) {
                    *again = true;
                } else {
                    in_hand.insert(place, false);
                    thinking.spawn(turn(settings.clone(), place, stop.clone()));
                }
            }
            Some(Ok(place)) = thinking.join_next(), if !thinking.is_empty() => {
                if in_hand.remove(&place) == Some(true) {
                    in_hand.insert(place, false);
                    thinking.spawn(turn(settings.clone(), place, stop.clone()));
                }
            }
        }
    }
    while thinking.join_next().await.is_some() {}
}

/// Does what waits in a session. A panic costs the event in hand, not the session.
async fn turn(settings: Settings, place: Place, stop: CancellationToken) -> Place {
    if AssertUnwindSafe(events(settings, place, stop)).catch_unwind().await.is_err() {
        tracing::error!(session = %place.1, tenant = %place.0, "an assistant panicked");
    }
    place
}

async fn events(settings: Settings, (tenant, session, bot): Place, stop: CancellationToken) {
    let endpoints = Endpoints { http: &settings.http };
    while !stop.is_cancelled() {
        match bots::assist(&settings.app, tenant, session, bot, &endpoints).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                // The job comes back.
                tracing::warn!(%error, %session, %tenant, "what an assistant did was not recorded");
                return;
            }
        }
    }
}
