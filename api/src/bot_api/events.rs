//! The events of a bot without an address, as a stream (server-sent events): the same signed events, in order, kept in the
//! ledger until acknowledged.

use super::{
    Bad, Caller, caller, refusal,
    types::{Ack, Acked, Envelope, Problem},
};
use crate::{
    Edge,
    problem::{problem, unavailable},
    standing::Watch,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use futures_util::stream;
use meridian_app::{
    auth::BotCaller,
    bots::{self, ActRefused, StreamRefused, Streamed},
};
use meridian_domain::{
    ids::BotId,
    secret::Secret,
    time::{Clock, SystemClock},
};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Between two looks into the ledger.
const EVERY: Duration = Duration::from_millis(250);
/// Looks without an event after which a comment keeps the connection open: 15 s.
const QUIET_LOOKS: u32 = 60;
/// Events taken at once.
const BATCH: i64 = 100;
/// Open streams of one bot in one process.
const MOST_STREAMS: usize = 8;

/// Open streams by bot.
#[derive(Default, Clone)]
pub(crate) struct Streams(Arc<Mutex<HashMap<BotId, usize>>>);

/// One open stream; dropping it makes room for another.
struct Open {
    streams: Streams,
    bot: BotId,
}

impl Streams {
    fn open(&self, bot: BotId) -> Option<Open> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(bot).or_insert(0);
        if *count >= MOST_STREAMS {
            return None;
        }
        *count += 1;
        Some(Open { streams: self.clone(), bot })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut all = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.bot) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.bot);
            }
        }
    }
}

fn stream_refusal(refused: StreamRefused) -> HttpResponse {
    match refused {
        StreamRefused::HasAddress => problem(StatusCode::CONFLICT, "has_address", refused.to_string()),
        StreamRefused::Forbidden(forbidden) => refusal(&ActRefused::Forbidden(forbidden)),
        StreamRefused::Store(error) => refusal(&ActRefused::Store(error)),
    }
}

/// One event on the wire.
fn frame(secret: &Secret, one: &Streamed) -> String {
    let body = serde_json::to_string(&one.event).unwrap_or_default();
    let now = SystemClock.now();
    let signature = meridian_channels::bots::sign(secret, &one.webhook_id, now, body.as_bytes()).unwrap_or_default();
    let envelope = Envelope { id: one.webhook_id.clone(), timestamp: now.timestamp().to_string(), signature, body };
    let data = serde_json::to_string(&envelope).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", one.position, one.event.kind)
}

/// What an open stream goes on with.
struct Flow {
    edge: web::Data<Edge>,
    who: BotCaller,
    secret: Secret,
    after: i64,
    quiet: u32,
    begun: bool,
    watch: Watch,
    _open: Open,
}

/// The next piece of a stream: events as soon as there are any; none when it ends.
async fn next(mut flow: Flow) -> Option<(Result<Bytes, Infallible>, Flow)> {
    if !flow.begun {
        flow.begun = true;
        return Some((Ok(Bytes::from_static(b"retry: 2000\n\n")), flow));
    }
    loop {
        let (app, who, after) = (flow.edge.app.clone(), flow.who.clone(), flow.after);
        let found = flow.edge.run(async move { bots::streamed(&app, &who.subject, who.bot, after, BATCH).await }).await;
        // Our own trouble: the stream stays open and looks again.
        let events = match found {
            Some(Ok(events)) => events,
            Some(Err(StreamRefused::Store(error))) => {
                tracing::warn!(%error, "a bot's stream could not look into the ledger");
                Vec::new()
            }
            Some(Err(_)) | None => return None,
        };
        if let Some(last) = events.last() {
            flow.after = last.position;
            flow.quiet = 0;
            let text: String = events.iter().map(|one| frame(&flow.secret, one)).collect();
            return Some((Ok(Bytes::from(text)), flow));
        }
        flow.quiet += 1;
        if flow.quiet >= QUIET_LOOKS {
            flow.quiet = 0;
            return Some((Ok(Bytes::from_static(b": still here\n\n")), flow));
        }
        tokio::select! {
            () = flow.edge.stop.cancelled() => return None,
            () = flow.watch.fallen.cancelled() => return None,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Where the client goes on: everything up to there is acknowledged.
fn cursor(request: &HttpRequest) -> Result<Option<i64>, Bad> {
    let Some(given) = request.headers().get("last-event-id").filter(|given| !given.is_empty()) else { return Ok(None) };
    let read = given.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok()).filter(|at| *at >= 0);
    let text = "Last-Event-ID is the id of an event of this stream";
    read.map(Some).ok_or_else(|| Bad::invalid(text))
}

/// The bot's events as server-sent events: `id` is the cursor, `event` the type, `data` an `Envelope`. `Last-Event-ID`
/// acknowledges everything up to it; what is not acknowledged comes again with the next connection.
#[utoipa::path(get, path = "/v1/bot/events", tag = "events",
    params(("Last-Event-ID" = Option<i64>, Header, description = "Cursor: the id of the last event you have")),
    responses((status = 200, content_type = "text/event-stream", body = Envelope),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem, description = "The bot has a url, its events are posted there"),
              (status = 429, body = Problem)),
    security(("key" = ["bot:read"])))]
pub(super) async fn stream(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let from = match cursor(&request) {
        Ok(from) => from,
        Err(bad) => return caller.told(bad.answer()),
    };
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let ready = edge
        .run(async move {
            let secret = bots::signing_secret(&app, &who.subject, who.bot).await?;
            if let Some(cursor) = from {
                bots::acknowledge(&app, &who.subject, who.bot, cursor).await?;
            }
            Ok(secret)
        })
        .await;
    let secret = match ready {
        Some(Ok(Some(secret))) => secret,
        Some(Err(refused)) => return caller.told(stream_refusal(refused)),
        Some(Ok(None)) | None => return caller.told(unavailable()),
    };
    let Some(open) = edge.streams.open(caller.who.bot) else {
        let text = "this bot has eight streams open: close one first";
        return caller.told(problem(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", text));
    };
    begin(&edge, &caller, secret, from.unwrap_or(0), open)
}

fn begin(edge: &web::Data<Edge>, caller: &Caller, secret: Secret, after: i64, open: Open) -> HttpResponse {
    let flow = Flow {
        edge: edge.clone(),
        who: caller.who.clone(),
        secret,
        after,
        quiet: 0,
        begun: false,
        watch: edge.standing.watch(caller.who.key_subject.clone(), 0),
        _open: open,
    };
    let answer = HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(flow, next));
    caller.told(answer)
}

/// Settles all events up to a cursor, without closing the stream.
#[utoipa::path(post, path = "/v1/bot/events/ack", tag = "events", request_body = Ack,
    responses((status = 200, body = Acked), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem), (status = 429, body = Problem)),
    security(("key" = ["bot:read"])))]
pub(super) async fn acknowledge(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let ack: Ack = match serde_json::from_slice(&body) {
        Ok(ack) => ack,
        Err(error) => {
            return caller.told(Bad::invalid(error.to_string()).answer());
        }
    };
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge.run(async move { bots::acknowledge(&app, &who.subject, who.bot, ack.cursor).await }).await;
    caller.told(match done {
        Some(Ok(settled)) => HttpResponse::Ok().json(Acked { settled }),
        Some(Err(refused)) => stream_refusal(refused),
        None => unavailable(),
    })
}
