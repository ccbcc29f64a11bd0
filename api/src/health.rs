//! `/livez`: the process runs. `/readyz`: what it depends on, each by name.

use crate::Edge;
use actix_web::{HttpResponse, web};
use serde_json::json;

pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Ready when the database answers; without Redis the edge still works, slower, and says so.
pub(crate) async fn ready(edge: web::Data<Edge>) -> HttpResponse {
    let (db, hints) = (edge.app.db.clone(), edge.hints.clone());
    let checks = edge.run(async move { tokio::join!(db.ping(), hints.ping()) }).await;
    let (database, redis) = checks.map_or((false, false), |(database, redis)| (database.is_ok(), redis));
    let draining = edge.stop.is_cancelled();
    let ready = database && !draining;
    let body = json!({ "status": if ready { "ready" } else { "not ready" }, "database": database, "redis": redis,
                       "draining": draining, "degraded": ready && !redis });
    if ready { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}
