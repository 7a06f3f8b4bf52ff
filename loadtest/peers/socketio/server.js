// A chat server on Socket.IO, written as its documentation tells one to:
//
// - rooms, acknowledgements and broadcasts: https://socket.io/docs/v4/rooms/, https://socket.io/docs/v4/emitting-events/
// - tokens: https://socket.io/how-to/use-with-jwt
// - a message is stored before it is shown, and its client's id makes it safe to send again:
//   https://socket.io/docs/v4/tutorial/step-7, https://socket.io/docs/v4/tutorial/step-8
// - bufferutil: https://socket.io/docs/v4/performance-tuning/
//
// Without DATABASE_URL nothing is stored. A message has the fields that Podium's has, so that as many bytes go over the wire.
//
//   PORT=4300 JWT_SECRET=… [DATABASE_URL=postgres://…] node server.js
import { createServer } from "node:http";
import jwt from "jsonwebtoken";
import pg from "pg";
import { Server } from "socket.io";

const secret = process.env.JWT_SECRET ?? "";
const http = createServer();
const io = new Server(http, { transports: ["websocket"] });

let database = null;
if (process.env.DATABASE_URL) {
  database = new pg.Pool({ connectionString: process.env.DATABASE_URL });
  await database.query(`
    CREATE TABLE IF NOT EXISTS messages (
      seq bigserial PRIMARY KEY,
      id uuid NOT NULL,
      room text NOT NULL,
      user_id uuid NOT NULL,
      text text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (id, room)
    )`);
}

const insert = {
  name: "insert",
  text: "INSERT INTO messages (id, room, user_id, text) VALUES ($1, $2, $3, $4) RETURNING at",
};

io.use((socket, next) => {
  if (!secret) {
    socket.data.user = jwt.decode(socket.handshake.auth.token)?.sub;
    return next();
  }
  try {
    socket.data.user = jwt.verify(socket.handshake.auth.token, secret, { algorithms: ["HS256"] }).sub;
    next();
  } catch {
    next(new Error("unauthorized"));
  }
});

io.on("connection", (socket) => {
  socket.on("join", async (room, answer) => {
    await socket.join(room);
    socket.data.room = room;
    answer({});
  });

  socket.on("message:new", async ({ id, text }, answer) => {
    const { room, user } = socket.data;
    let at = new Date();
    if (database) {
      try {
        const stored = await database.query({ ...insert, values: [id, room, user, text] });
        at = stored.rows[0].at;
      } catch (error) {
        // The message has been stored before: only the answer was lost.
        answer(error.code === "23505" ? {} : { error: "unavailable" });
        return;
      }
    }
    io.to(room).emit("message:new", {
      id, user_id: user, kind: "text", text, reply_to: null, mentions: [], attachments: [], reactions: {},
      edited_at: null, deleted_at: null, at,
    });
    answer({ id, at });
  });

  socket.on("typing", ({ on }) => {
    socket.to(socket.data.room).emit("typing", { user_id: socket.data.user, on });
  });
});

http.listen(Number(process.env.PORT ?? 4300), "127.0.0.1", () => {
  console.error(`listening on http://127.0.0.1:${http.address().port}`);
});
