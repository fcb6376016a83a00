using System.Text;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

public sealed class EventStreamTapTests
{
    [Fact]
    public void Stream_in_any_pieces_reads_as_the_standard_says() => Properties.Hold(1000, random =>
    {
        var body = EventStreams.Draw(random);
        if (random.Chance(30))
            body = body[..random.Next(body.Length + 1)];
        var tap = new EventStreamTap();
        foreach (var piece in random.Pieces(body))
            tap.Write(piece.Span);
        tap.Complete();

        var expected = Expected(body);
        Assert.True(expected == tap.Facts, $"{Encoding.UTF8.GetString(body)}\nexpected {expected}\nread     {tap.Facts}");
    });

    [Theory]
    [InlineData("event: error\ndata: {\"message\":\"no\"}\n\n", "Error")]
    [InlineData("event: error\ndata: {\"type\":\"server_error\",\"code\":\"x\",\"message\":\"no\"}\n\n", "Error")]
    [InlineData("data: {\"type\":\"error\",\"message\":\"no\"}\n\n", "Error")]
    [InlineData("data: {\"error\":{\"message\":\"no\"}}\n\n", "Error")]
    [InlineData("event: error\r\ndata: {\"error\":{}}\r\n\r\n", "Error")]
    [InlineData(": hello\n\nevent: error\ndata: {\"error\":{}}\n\n", "Error")]
    [InlineData("data: {\"error\":null,\"type\":\"error\"}\n\n", "Error")]
    [InlineData("event: image_generation.partial_image\n", "Answer")]
    [InlineData("event: image_generation.partial_image\ndata: {\"b64_json\":\"AAAA", "Answer")]
    [InlineData("data: {\"type\":\"image_edit.completed\",\"b64_json\":\"AAAA", "Answer")]
    [InlineData("data: {\"type\":\"image_edit.completed\",\"b64_json\":\"AAAA\"}\n\nevent: error\ndata: {\"error\":{}}\n\n", "Answer")]
    [InlineData("event: ping\ndata: {}\n\n", "Answer")]
    [InlineData("event: image_gen", "Undecided")]
    [InlineData("event: error\ndata: {\"message\":\"no\"}\n", "Undecided")]
    [InlineData(": keep-alive\n\n: keep-alive\n\n", "Undecided")]
    [InlineData("data: [DONE]\n\n", "Undecided")]
    [InlineData("", "Undecided")]
    public void Verdict_follows_the_first_event(string body, string verdict)
    {
        foreach (var piece in new[] { 1, body.Length + 1 })
        {
            var tap = new EventStreamTap();
            foreach (var bytes in Encoding.UTF8.GetBytes(body).Chunk(piece))
                tap.Write(bytes);
            Assert.Equal(Enum.Parse<Verdict>(verdict), tap.Verdict);
        }
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("event: image_generation.partial_image\ndata: {}\n\n", false, false)]
    [InlineData("event: image_generation.completed\ndata: {}\n\n", false, false)]
    [InlineData("event: image_generation.completed\ndata: {}\n\nevent: image_generation.completed\ndata: {}\n", false, false)]
    [InlineData("event: image_generation.completed\ndata: {}\n\nevent: image_generation.completed\ndata: {}\n\n", true, false)]
    [InlineData("event: image_generation.completed\ndata: {}\n\nevent: image_generation.completed\ndata: {}\n\ndata: [DONE]\n\n", true, false)]
    [InlineData("event: image_generation.completed\ndata: {}\n\nevent: error\ndata: {}\n\nevent: image_generation.completed\ndata: {}\n\n", false, true)]
    [InlineData(": waiting\n\ndata: {\"error\":{}}\n\n", false, true)]
    [InlineData("event: error\ndata: {}\n", false, false)]
    public void Stream_of_two_pictures_is_whole_with_both_and_without_an_error(string body, bool isWhole, bool hasFailed)
    {
        var tap = new EventStreamTap();
        foreach (var piece in Encoding.UTF8.GetBytes(body).Chunk(7))
            tap.Write(piece);
        Assert.Equal((isWhole, hasFailed), (tap.IsWhole(2), tap.HasFailed));
    }

    [Fact]
    public void Error_is_the_first_events_that_is_one()
    {
        var tap = new EventStreamTap();
        tap.Write("""
            event: image_generation.partial_image
            data: {"b64_json":"AA"}

            data: {"type":"error",
            data: "error":{"code":"x"}}

            data: {"type":"error","error":{"code":"y"}}


            """u8);
        Assert.Equal("{\"type\":\"error\",\n\"error\":{\"code\":\"x\"}}", Encoding.UTF8.GetString(tap.Error));
    }

    [Fact]
    public void Completed_events_add_up_and_partial_pictures_are_counted()
    {
        var tap = new EventStreamTap();
        tap.Write("""
            event: image_generation.partial_image
            data: {"type":"image_generation.partial_image","b64_json":"AA","size":"512x512"}

            event: image_generation.completed
            data: {"b64_json":"AA","size":"1024x1024","usage":{"input_tokens":10,"output_tokens":100}}

            data: {"type":"image_generation.completed","b64_json":"AA","quality":"low","usage":{"input_tokens":1,"output_tokens":200}}


            """u8);
        Assert.Equal(
            new AnswerFacts { Images = 2, PartialImages = 1, Usage = new TokenUsage(11, 0, 0, 0, 300, 0), Size = "1024x1024", Quality = "low" },
            tap.Facts);
    }

    [Theory]
    [InlineData("", ",\"usage\":{\"output_tokens\":100}")]
    [InlineData(",\"usage\":{\"output_tokens\":100}", "")]
    public void Usage_of_some_pictures_is_not_that_of_all(string first, string second)
    {
        var tap = new EventStreamTap();
        foreach (var usage in (string[])[first, second])
            tap.Write(Encoding.UTF8.GetBytes($"data: {{\"type\":\"image_generation.completed\"{usage}}}\n\n"));
        Assert.Equal((2, null), (tap.Facts.Images, tap.Facts.Usage));
    }

    // §9.2.5: one byte order mark at the very beginning is no part of the first line.
    [Fact]
    public void Byte_order_mark_before_the_first_line_is_skipped()
    {
        var tap = new EventStreamTap();
        foreach (var piece in "\uFEFFdata: {\"type\":\"image_generation.completed\"}\n\n"u8.ToArray().Chunk(1))
            tap.Write(piece);
        Assert.Equal(1, tap.Facts.Images);
    }

    [Fact]
    public void Byte_order_mark_anywhere_else_is_part_of_its_line()
    {
        var tap = new EventStreamTap();
        tap.Write("\n\uFEFFdata: {\"type\":\"image_generation.completed\"}\n\n"u8);
        Assert.Equal(0, tap.Facts.Images);
    }

    private static AnswerFacts Expected(byte[] body)
    {
        var facts = new AnswerFacts();
        foreach (var (name, data) in ServerSentEvents.Parse(body))
        {
            var answer = WholeAnswer.Read(data);
            var type = answer.Type ?? name;
            if (type.EndsWith(".partial_image", StringComparison.Ordinal))
                facts = facts with { PartialImages = facts.PartialImages + 1 };
            else if (type.EndsWith(".completed", StringComparison.Ordinal))
                facts = facts with
                {
                    Images = facts.Images + 1,
                    Usage = facts.Images == 0 ? answer.Usage : facts.Usage + answer.Usage,
                    Size = answer.Size ?? facts.Size,
                    Quality = answer.Quality ?? facts.Quality,
                    Background = answer.Background ?? facts.Background,
                    OutputFormat = answer.OutputFormat ?? facts.OutputFormat,
                };
        }
        return facts;
    }
}
