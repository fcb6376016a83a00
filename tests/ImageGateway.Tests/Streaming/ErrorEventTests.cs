using System.Text;
using System.Text.Json;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

public sealed class ErrorEventTests
{
    private const string Body = """
        : hello

        event: image_generation.partial_image
        data: {"type":"image_generation.partial_image","b64_json":"QUJDREVGR0g=","partial_image_index":0,"size":"1024x1024"}

        data: {"b64_json":"AB\/CD\u002bEF\n","created_at":7,"nested":{"b64_json":"XY"},
        data: "type":"image_generation.completed","usage":{"input_tokens":5,"output_tokens":7}}
        event: image_generation.completed
        id: 1

        data: [DONE]


        """;

    private static readonly GatewayError Error = new(ErrorKind.UpstreamError, "The provider \"broke\" off.");

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public void Stream_cut_anywhere_ends_with_an_error_event(string lineEnd)
    {
        var body = Encoding.UTF8.GetBytes(Body.Replace("\n", lineEnd, StringComparison.Ordinal));
        for (var length = 0; length <= body.Length; length++)
            AssertEnds(body[..length]);
    }

    [Fact]
    public void Stream_of_any_shape_cut_anywhere_ends_with_an_error_event() => Properties.Hold(1000, random =>
    {
        var body = EventStreams.Draw(random);
        var cut = body[..random.Next(body.Length + 1)];
        AssertEnds(cut, random);
    });

    [Fact]
    public void Picture_cut_within_its_string_becomes_the_error_and_no_picture()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        var start = Body.IndexOf("QUJD", StringComparison.Ordinal);
        for (var length = start; length <= start + 12; length++)
        {
            var events = AssertEnds(body[..length]);
            Assert.Single(events);
        }
    }

    [Fact]
    public void Stream_cut_between_events_keeps_them_all()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        var whole = ServerSentEvents.Parse(body);
        var events = AssertEnds(body);
        Assert.Equal(whole, events[..^1]);
    }

    private static List<ServerSentEvent> AssertEnds(byte[] cut, Random? random = null)
    {
        var tap = new EventStreamTap();
        foreach (var piece in random?.Pieces(cut) ?? [cut])
            tap.Write(piece.Span);
        byte[] sent = [.. cut, .. ErrorEvent.After(tap, Error)];

        var events = ServerSentEvents.Parse(sent);
        Assert.NotEmpty(events);
        var (name, data) = events[^1];
        Assert.True(name == "error", $"{Encoding.UTF8.GetString(sent)}\nends with {name}");
        Assert.True(Truthy(data), $"{Encoding.UTF8.GetString(sent)}\nends with {data}");
        return events;
    }

    private static bool Truthy(string data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return document.RootElement.GetProperty("error").GetProperty("code").GetString() == "upstream_error"
                && document.RootElement.GetProperty("type").GetString() == "error";
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
