//! Takes a connection over from the HTTP server when it becomes a socket: what serving HTTP needs (buffers, its task) is
//! given back, and the socket lives on the main runtime, where its events are made.

use crate::{Edge, problem::problem, ws};
use actix_codec::Framed;
use actix_http::{
    Request, Response,
    body::{BodySize, BoxBody, MessageBody},
    h1::{Codec, Message},
    ws::handshake,
};
use actix_web::{
    HttpMessage, HttpResponse,
    http::{
        StatusCode,
        header::{HeaderValue, SEC_WEBSOCKET_PROTOCOL},
    },
    rt::net::TcpStream,
    web,
};
use futures_util::SinkExt;
use std::io;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Role, WebSocketConfig},
};

/// Largest message a client may send, bytes.
const LARGEST: usize = 64 * 1024;
/// What a socket keeps for reading, bytes: most of what clients send is shorter.
const READ: usize = 2 * 1024;

/// Answers a request that would be a socket (RFC 6455, 4.2): 101 and the socket is served, or a refusal and the
/// connection ends. Every request with `Upgrade: websocket` comes here, whatever its path, and CONNECT too.
pub(crate) async fn take(edge: web::Data<Edge>, request: Request, mut connection: Framed<TcpStream, Codec>) {
    match opened(&edge, &request) {
        Ok(answer) => {
            if connection.send(Message::Item((answer.drop_body(), BodySize::None))).await.is_ok() {
                let parts = connection.into_parts();
                if let Err(error) = hand_over(edge, parts.io, parts.read_buf.to_vec()) {
                    tracing::warn!(%error, "a socket could not be taken over");
                }
            }
        }
        Err(refusal) => {
            let _ = refuse(connection, *refusal).await;
        }
    }
}

/// The 101 of a handshake; refused to other paths, to pages of other sites, and without our sub-protocol.
fn opened(edge: &Edge, request: &Request) -> Result<Response<BoxBody>, Box<HttpResponse>> {
    let refused = |status, kind, detail: &str| Err(Box::new(problem(status, kind, detail)));
    if request.path() != ws::PATH {
        return refused(StatusCode::NOT_FOUND, "not_found", &format!("sockets are opened at {}", ws::PATH));
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = header("origin") {
        let own = edge.app.public_url.as_str();
        if origin != own && !edge.origins.iter().any(|allowed| allowed == origin || allowed == "*") {
            return refused(StatusCode::FORBIDDEN, "origin", "this site may not open sockets");
        }
    }
    let offered = header("sec-websocket-protocol").unwrap_or_default();
    if !offered.split(',').any(|name| name.trim() == ws::PROTOCOL) {
        return refused(StatusCode::BAD_REQUEST, "subprotocol", &format!("offer the sub-protocol {}", ws::PROTOCOL));
    }
    let mut answer = match handshake(request.head()) {
        Ok(mut answer) => answer.finish(),
        Err(error) => return refused(StatusCode::BAD_REQUEST, "handshake", &error.to_string()),
    };
    answer.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(ws::PROTOCOL));
    Ok(answer.map_into_boxed_body())
}

async fn refuse(mut connection: Framed<TcpStream, Codec>, refusal: HttpResponse) -> io::Result<()> {
    let (mut answer, body) = Response::from(refusal).into_parts();
    answer.head_mut().set_connection_type(actix_http::ConnectionType::Close);
    let body = body.try_into_bytes().unwrap_or_default();
    connection.send(Message::Item((answer, BodySize::Sized(body.len() as u64)))).await?;
    connection.send(Message::Chunk(Some(body))).await?;
    connection.send(Message::Chunk(None)).await
}

/// The connection leaves the HTTP server's thread; `early` is what the client sent behind its handshake.
fn hand_over(edge: web::Data<Edge>, connection: TcpStream, early: Vec<u8>) -> io::Result<()> {
    let connection = connection.into_std()?;
    let (runtime, sockets) = (edge.runtime.clone(), edge.sockets.clone());
    let serve = async move {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(0)
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        match TcpStream::from_std(connection) {
            Ok(connection) => {
                let socket = WebSocketStream::from_partially_read(connection, early, Role::Server, Some(config)).await;
                ws::serve(edge, socket).await;
            }
            Err(error) => tracing::warn!(%error, "a socket could not be taken over"),
        }
    };
    sockets.spawn_on(serve, &runtime);
    Ok(())
}

/// `/graphql/ws` asked for without an upgrade.
pub(crate) async fn wanted() -> HttpResponse {
    problem(StatusCode::UPGRADE_REQUIRED, "upgrade_required", "open this as a WebSocket (Upgrade: websocket)")
}
