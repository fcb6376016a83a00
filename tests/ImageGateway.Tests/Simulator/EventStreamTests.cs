using System.Text.Json.Nodes;
using ImageGateway.Simulator.Calls;

namespace ImageGateway.Tests.Simulator;

public sealed class EventStreamTests : SimulatorFixture
{
    [Fact]
    public async Task Stream_sends_its_previews_then_the_picture()
    {
        var response = await GenerateAsync(body => { body["stream"] = true; body["partial_images"] = 3; });
        var events = await ReadEventsAsync(response);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            ["image_generation.partial_image", "image_generation.partial_image", "image_generation.partial_image", "image_generation.completed"],
            events.Select(one => (string)one["type"]!));
        Assert.Equal([0, 1, 2], events.SkipLast(1).Select(one => (int)one["partial_image_index"]!));
        Assert.All(events.SkipLast(1), one => Assert.Null(one["usage"]));
        Assert.All(events, one => Assert.True((long)one["created_at"]! > 0));
        Assert.Equal(4160 + 3 * 100, (int)events[^1]["usage"]!["output_tokens"]!);
    }

    [Fact]
    public async Task Previews_are_whole_pictures_and_coarser()
    {
        var events = await ReadEventsAsync(await GenerateAsync(body => { body["stream"] = true; body["partial_images"] = 2; }));
        var pictures = events.Select(one => (string)one["b64_json"]!).ToArray();

        Assert.All(pictures, picture => Assert.Equal(1024, DecodedPng.Read(picture).Width));
        Assert.Equal(pictures.OrderBy(picture => picture.Length), pictures);
    }

    [Fact]
    public async Task Stream_of_several_pictures_completes_each_and_bills_the_input_once()
    {
        var events = await ReadEventsAsync(await GenerateAsync(body => { body["stream"] = true; body["n"] = 2; body["partial_images"] = 1; }));

        Assert.Equal([true, false, true, false], events.Select(one => one["partial_image_index"] is not null));
        Assert.Equal([2, 0], events.Where(one => one["usage"] is not null).Select(one => (int)one["usage"]!["input_tokens"]!));
        Assert.Equal(new TokenUsage(2, 0, 2 * 4260), Log.Calls.Single().Usage);
    }

    [Fact]
    public async Task Edit_streams_under_its_own_event_names()
    {
        var form = Form([("model", "gpt-image-1"), ("prompt", "a fox"), ("stream", "true")], ("image", DecodedPng.Create(64, 64)));

        var events = await ReadEventsAsync(await SendAsync("/v1/images/edits", form));

        Assert.Equal("image_edit.completed", (string)events.Single()["type"]!);
    }

    [Fact]
    public async Task Accept_header_does_not_make_a_stream()
    {
        Client.DefaultRequestHeaders.Accept.ParseAdd("text/event-stream");

        Assert.Equal("application/json", (await GenerateAsync()).Content.Headers.ContentType!.MediaType);
    }

    private static async Task<JsonNode[]> ReadEventsAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        return [.. text[..^2].Split("\n\n").Select(ReadEvent)];
    }

    private static JsonNode ReadEvent(string text)
    {
        var lines = text.Split('\n');
        Assert.Equal(2, lines.Length);
        var data = JsonNode.Parse(lines[1]["data: ".Length..])!;
        Assert.Equal($"event: {data["type"]}", lines[0]);
        return data;
    }
}
