using System.Text;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

public sealed class GarbageTests
{
    private const int Chunk = 64 * 1024;
    private const int Body = 20 * 1024 * 1024;

    [Fact]
    public void Tap_of_garbage_never_throws() => Properties.Hold(1500, random =>
    {
        var garbage = random.Next(3) switch
        {
            0 => random.Bytes(random.Next(2000)),
            1 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(300)).Select(_ => random.Pick(
                "{", "}", "[", "]", "\"", "\\", ":", ",", "\n", "\r", "data:", "event:", "\"usage\"", "\"data\"", "\"type\"", "null", "7", "\\u00", "\\ud800", "é", "\0", " ")))),
            _ => Torn(Encoding.UTF8.GetBytes(new JsonAnswers(random).Draw()), random),
        };
        foreach (var tap in new Tap[] { new JsonTap(), new EventStreamTap() })
        {
            foreach (var piece in random.Pieces(garbage))
                tap.Write(piece.Span);
            _ = (tap.Verdict, tap.Facts);
            tap.Complete();
            _ = (tap.Verdict, tap.Facts);
        }
    });

    [Theory]
    [InlineData("json", "garbage")]
    [InlineData("json", "picture")]
    [InlineData("json", "nested")]
    [InlineData("events", "garbage")]
    [InlineData("events", "picture")]
    [InlineData("events", "line")]
    public void Tap_of_a_long_body_keeps_next_to_nothing(string kind, string content)
    {
        Tap tap = kind == "json" ? new JsonTap() : new EventStreamTap();
        var chunk = content switch
        {
            "garbage" => new Random(1).Bytes(Chunk),
            "nested" => Filled("[{\"a\":"),
            _ => Filled("QUJD"),
        };
        var head = content == "line" ? "" : kind == "json" ? "{\"data\":[{\"b64_json\":\"" : "event: image_generation.completed\ndata: {\"b64_json\":\"";
        tap.Write(Encoding.UTF8.GetBytes(content == "picture" || content == "line" ? head : ""));
        tap.Write(chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var sent = 0; sent < Body; sent += Chunk)
            tap.Write(chunk);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, 64 * 1024);
    }

    private static byte[] Torn(byte[] bytes, Random random)
    {
        for (var i = random.Next(6); i > 0 && bytes.Length > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes[..random.Next(bytes.Length + 1)];
    }

    private static byte[] Filled(string with)
    {
        var bytes = new byte[Chunk];
        var pattern = Encoding.UTF8.GetBytes(with);
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = pattern[i % pattern.Length];
        return bytes;
    }
}
