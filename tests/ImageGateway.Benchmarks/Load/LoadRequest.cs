namespace ImageGateway.Benchmarks.Load;

/// <summary>One request, ready to send, and what its answer must be.</summary>
/// <param name="Bytes">Head and body as they go over the wire.</param>
/// <param name="AnswerBytes">The exact length of the answer's body, without chunked framing.</param>
/// <param name="MarkBytes">The latency is taken when this many bytes of the body have come; zero: when all have.</param>
internal sealed record LoadRequest(byte[] Bytes, long AnswerBytes, long MarkBytes = 0);
