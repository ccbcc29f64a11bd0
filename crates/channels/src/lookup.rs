//! The look-up of a customer in a tenant's own system: one signed post with little time.

use crate::{Http, http::Request, webhooks};
use meridian_domain::{
    lookup::{Exchange, Fault, FaultKind, LARGEST, Question},
    outbound::{ErrorClass, SendError},
};
use serde_json::{Map, Value};
use std::time::Duration;

/// Asks once. All of it, from the name server to the last byte, is over within `patience`; redirects are not followed.
pub async fn ask(http: &Http, question: Question<'_>) -> Exchange {
    let Question { url, secrets, id, now, patience, .. } = question;
    let body = question.body.to_string().into_bytes();
    let headers = webhooks::headers(secrets, id, now, &body);
    let shown: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
    let mut exchange = Exchange {
        headers: Value::Object(shown),
        status: None,
        body: Vec::new(),
        retry_after_s: None,
        fault: None,
        took: Duration::ZERO,
    };
    let began = std::time::Instant::now();
    let request = Request { url, headers, basic: None, body, timeout: patience };
    let answer = tokio::time::timeout(patience, http.post_for(request, LARGEST)).await;
    exchange.took = began.elapsed();
    match answer {
        Ok(Ok(answer)) => {
            exchange.status = Some(answer.status);
            exchange.retry_after_s = answer.retry_after_s;
            exchange.body = answer.body.to_vec();
        }
        // The client's own clock may be the first to say so.
        Ok(Err(_)) if exchange.took >= patience => exchange.fault = Some(slow(patience)),
        Ok(Err(error)) => exchange.fault = Some(fault(error)),
        Err(_) => exchange.fault = Some(slow(patience)),
    }
    exchange
}

fn slow(patience: Duration) -> Fault {
    Fault::new(FaultKind::Slow, format!("no answer within {} ms", patience.as_millis()))
}

fn fault(error: SendError) -> Fault {
    let kind = if error.class == ErrorClass::BadContent { FaultKind::Address } else { FaultKind::Unreachable };
    Fault::new(kind, error.detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Egress;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Answers each request with these bytes, a piece every 50 ms.
    async fn server(pieces: Vec<Vec<u8>>) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let pieces = pieces.clone();
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 4096]).await;
                    for piece in pieces {
                        if stream.write_all(&piece).await.is_err() {
                            return;
                        }
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                });
            }
        });
        url
    }

    fn question(url: &str, patience: u64) -> Question<'_> {
        let now = "2026-05-04T10:00:00Z".parse().unwrap();
        Question { url, secrets: &[], id: "lkp_1", body: &Value::Null, now, patience: Duration::from_millis(patience) }
    }

    async fn asked(pieces: Vec<Vec<u8>>, patience: u64) -> Exchange {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (url, http) = (server(pieces).await, Http::new(Egress::parse("127.0.0.0/8").unwrap()));
        ask(&http, question(&url, patience)).await
    }

    #[tokio::test]
    async fn the_time_is_for_all_of_it_and_no_more_is_read_than_may_be() {
        let head = |length: usize| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
        let good = asked(vec![head(2), b"{}".to_vec()], 2_000).await;
        assert_eq!((good.status, good.body.as_slice(), good.fault), (Some(200), b"{}".as_slice(), None));
        // Bytes trickle, each in time: together they take too long.
        let drops = std::iter::once(head(100)).chain((0..100).map(|_| b"x".to_vec())).collect();
        let slow = asked(drops, 400).await;
        assert_eq!(slow.fault.map(|fault| fault.kind), Some(FaultKind::Slow));
        assert!(slow.took < Duration::from_millis(900), "{:?}", slow.took);
        let large = asked(vec![head(10 * LARGEST), vec![b'x'; 2 * LARGEST]], 2_000).await;
        assert_eq!((large.body.len(), large.fault), (LARGEST + 1, None));
        let short = asked(vec![head(100), b"{".to_vec()], 2_000).await;
        assert_eq!(short.fault.map(|fault| fault.kind), Some(FaultKind::Unreachable));
    }

    #[tokio::test]
    async fn a_private_address_is_not_asked() {
        let asked = ask(&Http::default(), question("http://10.0.0.1/", 1_000)).await;
        assert_eq!(asked.fault.map(|fault| fault.kind), Some(FaultKind::Address));
    }
}
