using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>Clients that send, or take, as little as they can: they are cut off, hold nothing then, and nobody waits for them.</summary>
public sealed class SlowClientTests : IAsyncLifetime
{
    private const string Path = "/v1/images/generations";
    private const string Configuration = """
        "Connections": { "HeaderTimeout": "00:00:01", "IdleTimeout": "00:00:01", "MinBytesPerSecond": 100000 },
        "Providers": { "openai": { "Kind": "OpenAI", "BaseUrl": "PROVIDER/v1", "ApiKey": "file:secrets/openai", "Models": [ { "Model": "gpt-image-2", "Concurrent": 2 } ] } },
        "Routes": [ { "Name": "kept", "When": { "Tags": { "keep": "yes" } }, "Cache": { "Ttl": "00:10:00" } }, { "Name": "by-model", "MaxWait": "00:00:20" } ]
        """;

    private readonly WireProvider _provider = new(HostileGateway.Picture);

    private OwnGateway? _gateway;

    private OwnGateway Gateway => _gateway!;

    private Uri Url => Gateway.Http.BaseAddress!;

    public async Task InitializeAsync() =>
        _gateway = await OwnGateway.StartAsync(Configuration.Replace("PROVIDER", _provider.Url, StringComparison.Ordinal), tenant: ", \"Limits\": { \"UsdPerDay\": 100 }");

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Headers_a_byte_at_a_time_are_cut_off()
    {
        var (start, request) = (Stopwatch.GetTimestamp(), HostileGateway.Request(Path, "{}"));
        var slow = Enumerable.Range(0, 20).Select(_ => DribbleAsync("", request)).ToList();
        await AssertServedAsync();

        Assert.All(await Told(slow), answer => Assert.Equal(408, answer.Status));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task Silent_connections_are_closed()
    {
        using var never = await Wire.ConnectAsync(Url);
        using var noMore = await Wire.ConnectAsync(Url);
        await noMore.WriteAsync(HostileGateway.Request(Path, Job()).Replace("Connection: close\r\n", "", StringComparison.Ordinal));

        Assert.Empty(await never.ReadToEndAsync());
        Assert.Equal(200, Assert.Single(Wire.Answers(await noMore.ReadToEndAsync())).Status);
    }

    [Fact]
    public async Task Bodies_that_hardly_come_are_refused_and_hold_nothing()
    {
        string[] requests =
        [
            HostileGateway.Request(Path, new string(' ', 100_000)),
            HostileGateway.Request(Path, "").Replace("Content-Length: 0", "Transfer-Encoding: chunked", StringComparison.Ordinal) + $"ffff\r\n{new string(' ', 100_000)}",
            HostileGateway.Request("/v1/images/edits", $"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n{new string('x', 100_000)}").Replace("application/json", "multipart/form-data; boundary=b", StringComparison.Ordinal),
        ];
        var slow = requests.SelectMany(request => Enumerable.Repeat(request, 5)).Select(request => DribbleAsync(request[..(request.Length - 90_000)], request[^90_000..])).ToList();
        await Until.TrueAsync(() => Gateway.Held > 0, "files are held while they come");
        await AssertServedAsync();

        Assert.All(await Told(slow), answer =>
        {
            Assert.Equal((400, "invalid_value", "close"), (answer.Status, answer.Code, answer.Header("Connection")));
            Assert.Contains("too slowly", answer.Text, StringComparison.Ordinal);
        });
        await Until.TrueAsync(() => Gateway.Held == 0, "memory is free again");
        Assert.Single(_provider.Arrivals);
        Assert.Equal(1, (await EntriesAsync()).Count(entry => (string?)entry!["status"] == "completed"));
        await AssertNothingHeldAsync();
    }

    // Two stalled readers have all the room of the target; a third client waits for it no longer than the grace.
    [Theory]
    [InlineData(true, "completed", "usage")]
    [InlineData(false, "failed", "estimate")]
    public async Task Readers_that_take_nothing_are_cut_off_and_their_pictures_settled(bool keep, string status, string basis)
    {
        _provider.Answer = Large;
        var tags = keep ? "X-Gateway-Tags: keep=yes\r\n" : "";
        using var first = await StalledAsync(tags);
        using var second = await StalledAsync(tags);
        _provider.Answer = HostileGateway.Picture;
        await AssertServedAsync();

        await Until.TrueAsync(async () => (await EntriesAsync()).Count == 3, "all have their entry");
        Assert.Equal([("completed", "usage"), (status, basis), (status, basis)], (await EntriesAsync()).Select(entry => ((string)entry!["status"]!, (string)entry["basis"]!)).OrderByDescending(entry => entry.Item1 == "completed").ThenBy(entry => entry));
        await AssertNothingHeldAsync();
    }

    private async Task<Wire> StalledAsync(string tags)
    {
        var wire = await Wire.ConnectAsync(Url, receiveBuffer: 4096);
        await wire.WriteAsync(HostileGateway.Request(Path, Job(), more: tags));
        Assert.Equal(1, await wire.ReadAsync(new byte[1]));
        return wire;
    }

    // All have ended. A byte that was under way when the server closed can cost one its answer, but not all.
    private static async Task<List<WireAnswer>> Told(List<Task<IReadOnlyList<WireAnswer>>> slow)
    {
        var answers = await Task.WhenAll(slow);
        Assert.All(answers, answer => Assert.InRange(answer.Count, 0, 1));
        var told = answers.SelectMany(answer => answer).ToList();
        Assert.NotEmpty(told);
        return told;
    }

    // A byte every now and then until the server has had enough.
    private async Task<IReadOnlyList<WireAnswer>> DribbleAsync(string begin, string rest)
    {
        using var wire = await Wire.ConnectAsync(Url);
        await wire.WriteAsync(begin);
        var answer = wire.ReadToEndAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            for (var at = 0; at < rest.Length && !answer.IsCompleted && await timer.WaitForNextTickAsync(); at++)
                await wire.WriteAsync(rest[at..(at + 1)]);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // It has.
        }
        return Wire.Answers(await answer);
    }

    private async Task AssertServedAsync()
    {
        using var response = await Gateway.GenerateAsync(Job());
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonArray> EntriesAsync() => (await Gateway.AdminAsync(HttpMethod.Get, "/admin/v1/ledger"))["data"]!.AsArray();

    private async Task AssertNothingHeldAsync()
    {
        var quota = JsonNode.Parse(await Gateway.Http.GetStringAsync("/v1/quota"))!["limits"]!.AsArray();
        Assert.All(quota, limit => Assert.Equal(0m, (decimal)limit!["held"]!));
    }

    // More than all buffers on the way take in.
    private static byte[] Large(WireRequest request) => HostileGateway.Answer(request, Encoding.ASCII.GetBytes(
        $$$"""{"created":1,"data":[{"b64_json":"{{{new string('A', 16 << 20)}}}"}],"usage":{"input_tokens":2,"input_tokens_details":{"image_tokens":0,"text_tokens":2},"output_tokens":272,"total_tokens":274}}"""));

    private static string Job() => $$"""{"model":"gpt-image-2","prompt":"a fox {{Guid.NewGuid()}}","quality":"low","size":"1024x1024"}""";
}
