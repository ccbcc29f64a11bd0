//! Where files are kept: a local folder, or a bucket of S3 or anything that speaks it. The only crate that knows the
//! object store. Keys are made by `domain::media::key`; what may be kept is decided there too.

use bytes::Bytes;
use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};
use std::{fmt, sync::Arc};
use url::Url;

/// Why a file was not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// No such file.
    #[error("no such file")]
    Missing,
    /// The place is named wrongly.
    #[error("{0}")]
    Setting(String),
    /// The store is down, or refuses.
    #[error("the file store: {0}")]
    Store(object_store::Error),
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            other => Self::Store(other),
        }
    }
}

/// Where files are kept.
#[derive(Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.0)
    }
}

/// How a bucket is reached.
#[derive(Debug, Clone, Default)]
pub struct Bucket<'a> {
    /// Address of a store that is not Amazon's; `None` = Amazon's of the region.
    pub endpoint: Option<&'a str>,
    /// Region.
    pub region: &'a str,
    /// Access key and its secret; `None` = those of the machine's role.
    pub keys: Option<(&'a str, &'a str)>,
}

impl Files {
    /// Opens a place: a folder, which is made when it is missing, or `s3://bucket/prefix`.
    pub fn open(place: &str, bucket: &Bucket<'_>) -> Result<Self, FilesError> {
        let Some(rest) = place.strip_prefix("s3://") else {
            std::fs::create_dir_all(place).map_err(|error| FilesError::Setting(format!("{place}: {error}")))?;
            return Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(place)?)));
        };
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if name.is_empty() {
            return Err(FilesError::Setting("files in S3 are named s3://bucket/prefix".to_owned()));
        }
        let mut builder = AmazonS3Builder::new().with_bucket_name(name).with_region(bucket.region);
        if let Some(endpoint) = bucket.endpoint {
            let plain = Url::parse(endpoint).map_err(|_| FilesError::Setting(format!("{endpoint} is no address")))?;
            builder = builder.with_endpoint(endpoint).with_allow_http(plain.scheme() == "http");
        }
        if let Some((key, secret)) = bucket.keys {
            builder = builder.with_access_key_id(key).with_secret_access_key(secret);
        }
        let store = builder.build()?;
        let prefix = prefix.trim_matches('/');
        Ok(Self(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) }))
    }

    /// Keeps a file whole: a reader sees all of it or none. The same key again replaces it.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), FilesError> {
        self.0.put(&Path::from(key), PutPayload::from_bytes(bytes)).await?;
        Ok(())
    }

    /// A whole file; they are bounded in size when they are kept.
    pub async fn get(&self, key: &str) -> Result<Bytes, FilesError> {
        Ok(self.0.get(&Path::from(key)).await?.bytes().await?)
    }

    /// Removes a file; one that is gone is no error.
    pub async fn remove(&self, key: &str) -> Result<(), FilesError> {
        match self.0.delete(&Path::from(key)).await.map_err(FilesError::from) {
            Err(FilesError::Missing) => Ok(()),
            done => done,
        }
    }
}

/// The media type that the first bytes of a file tell; `None` when they tell none (texts, and formats without a head).
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    infer::get(bytes).map(|found| found.mime_type())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_kept_found_and_removed_and_a_key_leads_nowhere_else() {
        let dir = std::env::temp_dir().join(format!("meridian-files-{}", std::process::id()));
        let files = Files::open(dir.to_str().unwrap(), &Bucket::default()).unwrap();
        files.put("t/a", Bytes::from_static(b"hello")).await.unwrap();
        assert_eq!(files.get("t/a").await.unwrap(), "hello");
        files.put("../../t/b", Bytes::from_static(b"x")).await.unwrap();
        assert!(dir.join("t").is_dir() && !dir.parent().unwrap().join("t/b").exists());
        files.remove("t/a").await.unwrap();
        files.remove("t/a").await.unwrap();
        assert!(matches!(files.get("t/a").await, Err(FilesError::Missing)));
        std::fs::remove_dir_all(dir).unwrap();
    }

    /// A store that speaks as much S3 as it takes: keeps what is put, by its path, and gives it back.
    async fn store() -> String {
        use std::{collections::HashMap, sync::Mutex};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let kept: Arc<Mutex<HashMap<String, Vec<u8>>>> = Arc::default();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&kept)));
            }
        });
        address
    }

    async fn answer(
        mut stream: tokio::net::TcpStream,
        kept: Arc<std::sync::Mutex<std::collections::HashMap<String, Vec<u8>>>>,
    ) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut raw = Vec::new();
        let end = loop {
            let mut chunk = [0; 1024];
            let read = stream.read(&mut chunk).await.unwrap();
            raw.extend_from_slice(&chunk[..read]);
            if let Some(end) = raw.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&raw[..end]).to_lowercase();
        assert!(head.contains("authorization: aws4-hmac-sha256 credential=key/"), "unsigned: {head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        while raw.len() < end + length {
            let mut chunk = [0; 1024];
            let read = stream.read(&mut chunk).await.unwrap();
            raw.extend_from_slice(&chunk[..read]);
        }
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let found = {
            let mut kept = kept.lock().unwrap();
            if method == "put" {
                kept.insert(path.clone(), raw[end..].to_vec());
            }
            kept.get(&path).cloned()
        };
        let (status, body) = match (method.as_str(), found) {
            ("put", _) => ("200 OK", Vec::new()),
            (_, Some(body)) => ("200 OK", body),
            _ => ("404 Not Found", b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\netag: \"1\"\r\nlast-modified: Mon, 04 May 2026 12:00:00 GMT\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    }

    #[tokio::test]
    async fn a_bucket_keeps_files_below_its_prefix() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = store().await;
        let bucket = Bucket { endpoint: Some(&endpoint), region: "eu-west-1", keys: Some(("key", "secret")) };
        let files = Files::open("s3://shop/meridian", &bucket).unwrap();
        files.put("t/a", Bytes::from_static(b"hello")).await.unwrap();
        assert_eq!(files.get("t/a").await.unwrap(), "hello");
        let whole = Files::open("s3://shop", &bucket).unwrap();
        assert_eq!(whole.get("meridian/t/a").await.unwrap(), "hello");
        assert!(matches!(files.get("t/b").await, Err(FilesError::Missing)));
    }

    #[test]
    fn places_are_read_and_types_told_by_their_bytes() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let bucket = Bucket { endpoint: Some("http://127.0.0.1:9000"), region: "eu-west-1", keys: Some(("k", "s")) };
        assert!(Files::open("s3://", &bucket).is_err());
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(sniff(b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(sniff(b"just words"), None);
    }
}
