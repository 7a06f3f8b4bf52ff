//! Where one value of Redis's protocol (RESP3) ends and the next begins.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// Reads one whole value, as the bytes that it is.
pub async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut values = 1;
    while values > 0 {
        values -= 1;
        let start = out.len();
        if from.read_until(b'\n', &mut out).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = &out[start..];
        let number = || std::str::from_utf8(&line[1..]).ok().and_then(|text| text.trim().parse::<i64>().ok());
        match line[0] {
            b'$' | b'=' | b'!' => {
                if let Some(length) = number().and_then(|length| usize::try_from(length).ok()) {
                    let body = out.len();
                    out.resize(body + length + 2, 0);
                    from.read_exact(&mut out[body..]).await?;
                }
            }
            b'*' | b'~' | b'>' => values += number().unwrap_or(0).max(0),
            b'%' => values += 2 * number().unwrap_or(0).max(0),
            _ => {}
        }
    }
    Ok(out)
}

#[tokio::test]
async fn values_are_distinguished() {
    let first = b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\na\r\nb\r\n".to_vec();
    let second = b"%1\r\n+a\r\n*2\r\n:1\r\n$-1\r\n".to_vec();
    let mut stream = io::Cursor::new([first.clone(), second.clone()].concat());
    assert_eq!(read(&mut stream).await.unwrap(), first);
    assert_eq!(read(&mut stream).await.unwrap(), second);
    assert!(read(&mut stream).await.is_err());
}
