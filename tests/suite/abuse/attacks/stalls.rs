//! Requests that stop in the middle, each on a connection of its own.

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::stalled::KINDS;
use super::{Cost, Stop, Target};

pub async fn run(target: &Target, stop: &Stop, cost: &Cost) {
    let count = target.size(2_000, 32);
    join_all((0..count).map(async |number| {
        let (begin, again) = KINDS[number % KINDS.len()];
        while !stop.is_over() {
            let hold = async {
                let mut socket = TcpStream::connect(target.address()).await?;
                cost.connect(1);
                socket.write_all(begin.as_bytes()).await?;
                cost.add(1, begin.len());
                let mut bytes = [0; 1024];
                loop {
                    tokio::select! {
                        count = socket.read(&mut bytes) => if count? == 0 { break },
                        () = tokio::time::sleep(std::time::Duration::from_millis(500)) => {
                            socket.write_all(again.as_bytes()).await?;
                            cost.add(0, again.len());
                        }
                    }
                }
                std::io::Result::Ok(())
            };
            tokio::select! {
                ended = hold => if ended.is_err() {
                    cost.refuse();
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                },
                () = stop.over() => {}
            }
        }
    }))
    .await;
}
