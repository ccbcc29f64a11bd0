//! The HTTP and WebSocket edge: verifies, limits, hands on. No rules and no SQL.

mod auth;
mod bot_api;
mod bots;
mod chat;
mod connected;
mod events;
mod files;
mod graphql;
mod health;
mod hooks;
mod imports;
mod intake;
mod pace;
mod platforms;
mod problem;
mod providers;
mod site;
mod smtp;
mod standing;
mod token;
mod upgrade;
mod ws;

use actix_http::{HttpService, KeepAlive, error::DispatchError};
use actix_server::ServerHandle;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{App as Actix, dev::AppConfig, rt::net::TcpStream, web};
use anyhow::Context;
use meridian_app::App;
use meridian_bus::{Hint, Hints};
use meridian_channels::email::Checker;
use meridian_domain::ids::TenantId;
use meridian_domain::secret::Secret;
use meridian_files::Files;
use meridian_web_schema::{Feed, GraphQl, Limits, Moved};
use std::{
    convert::Infallible,
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::runtime::Handle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use providers::Adapters;
pub use smtp::Smtp;
pub use token::Tokens;

/// What the edge needs.
#[derive(Clone)]
pub struct Settings {
    /// Use cases; without the system role.
    pub app: App,
    /// Hints from the relay.
    pub hints: Hints,
    /// The installation's secret, from which the signing key is derived.
    pub secret: Secret,
    /// Earlier secrets, whose tokens are good until they are over.
    pub previous: Vec<Secret>,
    /// Sites that may open sockets; empty = the public URL alone.
    pub origins: Vec<String>,
    /// Whether introspection and GraphiQL are served.
    pub explorer: bool,
    /// Limits of documents.
    pub limits: Limits,
    /// Where files are kept.
    pub files: Files,
    /// Checks the senders of raw mail that is posted.
    pub checker: Checker,
}

/// Largest webhook body: a mail with attachments.
const LARGEST_BODY: usize = 26 * 1024 * 1024;

/// How long sockets may take to hear that they end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Everything a handler reaches.
pub(crate) struct Edge {
    pub app: App,
    pub graphql: GraphQl,
    pub tokens: Tokens,
    pub intake: intake::Intake,
    pub feed: Feed,
    pub connected: Arc<connected::Connected>,
    pub standing: Arc<standing::Standing>,
    pub files: Files,
    pub checker: Checker,
    pub hints: Hints,
    pub origins: Vec<String>,
    pub explorer: bool,
    pub local_rates: bot_api::Local,
    pub streams: bot_api::Streams,
    pub runtime: Handle,
    /// Open sockets.
    pub sockets: TaskTracker,
    pub stop: CancellationToken,
}

impl Edge {
    /// Runs work on the main runtime: a slow query never stalls the other sockets of a worker, and a client that goes
    /// away does not cut a change in half.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        self.runtime.spawn(work).await.ok()
    }
}

/// A running edge.
pub struct Server {
    /// Where it listens.
    pub port: u16,
    handle: ServerHandle,
    sockets: TaskTracker,
    thread: std::thread::JoinHandle<()>,
}

impl Server {
    /// Stops taking requests, finishes those at hand, closes sockets with a hint to come back.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        self.sockets.close();
        let _ = tokio::time::timeout(FAREWELL, self.sockets.wait()).await;
        let _ = tokio::task::spawn_blocking(move || self.thread.join()).await;
    }
}

/// Starts the edge on an address that is taken already. Must be called within the main runtime.
pub fn start(settings: &Settings, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<Server> {
    let port = listener.local_addr()?.port();
    let feed = Feed::new(settings.app.clone());
    follow(&settings.hints, &feed, &stop);
    let hints = settings.hints.clone();
    settings.app.typing.on_sign(move |tenant, sign| hints.clone().typing(tenant, sign));
    let connected = Arc::new(connected::Connected::new(settings.app.clone()));
    tokio::spawn(Arc::clone(&connected).run(stop.clone()));
    let standing = Arc::new(standing::Standing::new(settings.app.clone()));
    tokio::spawn(Arc::clone(&standing).run(stop.clone()));
    let sockets = TaskTracker::new();
    let edge = web::Data::new(Edge {
        app: settings.app.clone(),
        graphql: GraphQl::new(Limits { introspection: settings.explorer, ..settings.limits }),
        tokens: Tokens::new(&settings.secret, &settings.previous)?,
        intake: intake::Intake::start(settings.app.db.clone()),
        feed,
        connected,
        standing,
        files: settings.files.clone(),
        checker: settings.checker.clone(),
        hints: settings.hints.clone(),
        origins: settings.origins.clone(),
        explorer: settings.explorer,
        local_rates: bot_api::Local::default(),
        streams: bot_api::Streams::default(),
        runtime: Handle::current(),
        sockets: sockets.clone(),
        stop,
    });
    let (send, receive) = std::sync::mpsc::channel();
    let serve = move || {
        let system = actix_web::rt::System::new();
        let ran: anyhow::Result<()> = system.block_on(async move {
            let server = actix_server::Server::build()
                .workers(2)
                .shutdown_timeout(20)
                .disable_signals()
                .listen("edge", listener, move || http(&edge))?
                .run();
            let _ = send.send(server.handle());
            Ok(server.await?)
        });
        if let Err(error) = ran {
            tracing::error!(%error, "the edge ended");
        }
    };
    let thread = std::thread::Builder::new().name("edge".to_owned()).spawn(serve)?;
    let handle = receive.recv_timeout(Duration::from_secs(10)).context("the edge did not start")?;
    Ok(Server { port, handle, sockets, thread })
}

/// Serves one worker's connections. Not `HttpServer`: that one keeps its buffers and its task for a connection that has
/// become a socket.
fn http(
    edge: &web::Data<Edge>,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<> {
    let (stop, taken) = (edge.stop.clone(), edge.clone());
    let app = Actix::new()
        .app_data(edge.clone())
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .configure(routes)
        .default_service(web::to(site::console))
        .into_factory()
        .map_err(|error: actix_web::Error| error.error_response());
    HttpService::build()
        .graceful_shutdown_signal(move || stop.clone().cancelled_owned())
        // Longer than proxies keep idle connections (60 s): a request never meets one that we just closed.
        .keep_alive(KeepAlive::Timeout(Duration::from_secs(75)))
        .client_request_timeout(Duration::from_secs(10))
        .upgrade(fn_service(move |(request, connection)| {
            let edge = taken.clone();
            async move {
                upgrade::take(edge, request, connection).await;
                Ok::<(), Infallible>(())
            }
        }))
        .finish(map_config(app, |()| AppConfig::default()))
        .tcp()
}

/// Lets hints from Redis drive the feed. Hints that do not fit any more are a gap.
fn follow(hints: &Hints, feed: &Feed, stop: &CancellationToken) {
    let (send, receive) = tokio::sync::mpsc::channel(16_384);
    tokio::spawn(feed.clone().run(receive));
    let (feed, mut gap) = (feed.clone(), false);
    tokio::spawn(hints.clone().follow(stop.clone(), move |hint| {
        let moved = match hint {
            Hint::Typing(tenant, sign) => {
                // A sign that does not fit is lost, which is no gap.
                let _ = send.try_send(Moved::Typing { tenant, sign, at: Instant::now() });
                return;
            }
            Hint::Moved(moved) => Moved::Change {
                tenant: TenantId(moved.tenant),
                position: moved.position,
                topics: moved.topics,
                change: serde_json::from_value(moved.change).ok(),
            },
            Hint::Connected => {
                feed.listening(true);
                Moved::Gap
            }
            Hint::Lost => {
                feed.listening(false);
                Moved::Gap
            }
        };
        let moved = if gap { Moved::Gap } else { moved };
        gap = send.try_send(moved).is_err();
    }));
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/hooks/{kind}/{account}", web::post().to(hooks::receive))
        .route("/hooks/{kind}/{account}", web::get().to(hooks::challenge))
        .route("/events/{account}", web::post().to(events::receive))
        .route("/bots/{bot}/handoff", web::post().to(bots::hand_off))
        .service(platforms::resource("/bots/{bot}/{platform}"))
        .service(platforms::resource("/bots/{bot}/{platform}/{rest:.*}"))
        .configure(bot_api::routes)
        .route("/auth/sign-in", web::post().to(auth::sign_in))
        .route("/auth/refresh", web::post().to(auth::refresh))
        .route("/auth/password", web::post().to(auth::password))
        .route("/v1/uploads", web::post().to(files::upload))
        .route("/v1/imports", web::post().to(imports::upload))
        .route("/files/{token}", web::get().to(files::download))
        .route("/chat/{account}", web::get().to(chat::hours))
        .route("/chat/{account}/sessions", web::post().to(chat::open))
        .route("/chat/messages", web::post().to(chat::say))
        .route("/chat/files", web::post().to(chat::show))
        .route("/chat/person", web::post().to(chat::person))
        .service(
            web::resource("/graphql")
                .route(web::post().to(graphql::post))
                .route(web::get().to(graphql::get))
                .default_service(web::to(graphql::wrong_method)),
        )
        .route(ws::PATH, web::to(upgrade::wanted))
        .route("/livez", web::get().to(health::live))
        .route("/readyz", web::get().to(health::ready))
        .route("/graphiql", web::get().to(site::explorer))
        .route("/graphiql/{path:.*}", web::get().to(site::explorer))
        .route("/widget", web::get().to(site::widget))
        .route("/widget/{path:.*}", web::get().to(site::widget));
}
