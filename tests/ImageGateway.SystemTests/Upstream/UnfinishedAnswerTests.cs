using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Hostile;
using ImageGateway.SystemTests.Routing;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Upstream;

/// <summary>Answers whose connection ends properly before they are whole: nothing but what they say tells them from those that are.</summary>
public sealed class UnfinishedAnswerTests : IAsyncLifetime
{
    private const string Usage = """ "usage":{"input_tokens":2,"output_tokens":272,"total_tokens":274} """;
    private const string Partial = """{"type":"image_generation.partial_image","b64_json":"AAAA","partial_image_index":0}""";
    private const string Completed = $$"""{"type":"image_generation.completed","b64_json":"AAAA",{{Usage}}}""";
    private const string Failure = """{"type":"error","error":{"message":"No.","type":"server_error","code":"server_error","param":null}}""";
    private const string Refusal = """{"type":"error","error":{"message":"No.","type":"image_generation_user_error","code":"moderation_blocked","param":null}}""";

    private readonly WireProvider _provider = new(_ => []);
    private RoutedGateway _gateway = null!;

    public async Task InitializeAsync() =>
        _gateway = await RoutedGateway.StartAsync(westUrl: $"{_provider.Url}/v1", provider: new JsonObject { ["Circuit"] = new JsonObject { ["MinimumThroughput"] = 2 } });

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData(1, "failed", "upstream_error", "estimate", Partial)]
    [InlineData(1, "failed", "upstream_error", "estimate", Partial, Failure)]
    [InlineData(1, "refused", "moderation_blocked", "estimate", Partial, Refusal)]
    [InlineData(2, "failed", "upstream_error", "estimate", Completed)]
    [InlineData(1, "failed", "upstream_error", "usage", Completed, Failure)]
    public async Task Stream_that_ends_too_early_ends_with_one_error_and_is_charged_by_what_is_known(int n, string status, string code, string basis, params string[] sent)
    {
        Answer("text/event-stream", string.Concat(sent.Select(data => $"data: {data}\n\n")));
        using var response = await _gateway.GenerateAsync(job => (job["stream"], job["n"], job["partial_images"]) = (true, n, 1));
        var events = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal("error", events[^1].Type);
        Assert.Equal(sent.Count(data => !data.Contains("error", StringComparison.Ordinal)) + 1, events.Count);
        Assert.Equal((status, code, basis), await EndAsync(response));
    }

    // As the official clients read it, whatever form the provider gives it, and without its addresses.
    [Theory]
    [InlineData("event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"127.0.0.1 is out.\"}", "server_error")]
    [InlineData("data: {\"error\":{\"code\":\"server_error\",\"message\":\"127.0.0.1 is out.\",\"request\":7}}", "server_error")]
    [InlineData("event: error\ndata: {\"code\":\"contentFilter\",\"message\":\"No.\"}", "moderation_blocked")]
    public async Task Error_event_is_told_in_one_form(string told, string code)
    {
        Answer("text/event-stream", $"data: {Partial}\n\n{told}\n\ndata: [DONE]\n\n");
        using var response = await _gateway.GenerateAsync(job => (job["stream"], job["partial_images"]) = (true, 1));
        var events = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal(["image_generation.partial_image", "error"], events.Select(one => one.Type));
        var error = Schema.OpenAISchema.CheckError(events[1].Data);
        Assert.Equal(("error", code), (events[1].Name, (string?)error["code"]));
        Assert.DoesNotContain("127.0.0.1", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_is_whole_is_complete_however_its_connection_ends()
    {
        AnswerUncleanly("application/json", $$"""{"created":1,"data":[{"b64_json":"AAAA"}],{{Usage}}}""");
        using var json = await _gateway.GenerateAsync();
        Assert.Single((await json.JsonAsync())["data"]!.AsArray());
        Assert.Equal(("completed", null, "usage"), await EndAsync(json));

        AnswerUncleanly("text/event-stream", $"data: {Completed}\n\n");
        using var stream = await _gateway.GenerateAsync(job => job["stream"] = true);
        Assert.Equal("image_generation.completed", Assert.Single(await Event.ReadAllAsync(await stream.Content.ReadAsStreamAsync())).Type);
        Assert.Equal(("completed", null, "usage"), await EndAsync(stream));
    }

    [Fact]
    public async Task Refusal_within_a_stream_is_kept_for_its_idempotency_key()
    {
        Answer("text/event-stream", $"data: {Partial}\n\ndata: {Refusal}\n\n");
        using var first = await KeyedAsync();
        Assert.Equal("error", (await Event.ReadAllAsync(await first.Content.ReadAsStreamAsync()))[^1].Type);
        using var again = await KeyedAsync();
        Assert.Equal("true", again.Header("idempotent-replayed"));
        await again.ErrorAsync(400, "moderation_blocked", null, "No.");
        Assert.Single(_provider.Arrivals);
    }

    [Fact]
    public async Task Stream_that_said_its_length_ends_with_an_error_beyond_it()
    {
        Answer("text/event-stream", $"data: {Partial}\n\n", $"Content-Length: {Partial.Length + 8}\r\n");
        using var response = await _gateway.GenerateAsync(job => job["stream"] = true);
        var events = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal(["image_generation.partial_image", "error"], events.Select(one => one.Type));
    }

    [Fact]
    public async Task Json_that_ends_too_early_breaks_off_and_is_charged_its_worst_case()
    {
        Answer("application/json", $$"""{"created":1,"data":[{"b64_json":"{{new string('A', 100_000)}}""");
        using var response = await _gateway.GenerateAsync(completion: HttpCompletionOption.ResponseHeadersRead);
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.CopyToAsync(Stream.Null));
        Assert.Equal(("failed", "upstream_error", "estimate"), await EndAsync(response));
    }

    // Some providers leave out what they refuse.
    [Fact]
    public async Task Json_with_fewer_pictures_than_were_asked_for_is_whole()
    {
        Answer("application/json", $$"""{"created":1,"data":[{"b64_json":"AAAA"}],{{Usage}}}""");
        using var response = await _gateway.GenerateAsync(job => job["n"] = 2);
        Assert.Single((await response.JsonAsync())["data"]!.AsArray());
        Assert.Equal(("completed", null, "usage"), await EndAsync(response));
    }

    [Theory]
    [InlineData(Partial, "east/gpt-image-1")]
    [InlineData(Refusal, "west/gpt-image-1")]
    public async Task Target_whose_streams_end_too_early_is_left_and_one_that_refuses_is_not(string last, string next)
    {
        Answer("text/event-stream", $"data: {Partial}\n\ndata: {last}\n\n");
        for (var i = 0; i < 2; i++)
        {
            using var broken = await _gateway.GenerateAsync(job => job["stream"] = true);
            Assert.Equal("west/gpt-image-1", broken.Header("x-gateway-target"));
            await EndAsync(broken);
        }
        using var response = await _gateway.GenerateAsync(job => job["stream"] = true);
        Assert.Equal(next, response.Header("x-gateway-target"));
    }

    private Task<HttpResponseMessage> KeyedAsync()
    {
        var content = new StringContent("""{"model":"gpt-image-1","prompt":"a fox","stream":true,"partial_images":1}""", Encoding.UTF8, "application/json");
        content.Headers.Add("Idempotency-Key", "the key");
        return _gateway.PostAsync("/v1/images/generations", content);
    }

    private void Answer(string type, string body, string more = "") =>
        _provider.Answer = _ => Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nConnection: close\r\n{more}\r\n{body}");

    // The chunk that ends all chunks does not come.
    private void AnswerUncleanly(string type, string body) =>
        _provider.Answer = _ => Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n");

    private async Task<(string? Status, string? Code, string? Basis)> EndAsync(HttpResponseMessage response)
    {
        JsonObject? job = null;
        await Until.TrueAsync(async () => (string?)(job = await _gateway.JobAsync(response.Header("x-request-id")!))["status"] != "running", "it is over");
        return ((string?)job!["status"], (string?)job["error_code"], (string?)job["basis"]);
    }
}
