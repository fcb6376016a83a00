using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Hostile;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Clients that leave when the last call is over and its pictures are paid for, but not yet out.</summary>
public sealed class LateDisconnectTests : IAsyncLifetime
{
    private static readonly string Key = $"Idempotency-Key: {Guid.NewGuid()}\r\n";

    private readonly ManualResetEventSlim _isLetGo = new();
    private readonly WireProvider _provider = new(_ => []);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _isLetGo.Set();
        await _provider.DisposeAsync();
        _isLetGo.Dispose();
    }

    // More than the sockets between take of what nobody reads.
    [Fact]
    public async Task Fan_out_that_is_being_written_is_kept_for_the_retry()
    {
        await using var gateway = await StartAsync("");
        _provider.Answer = request => HostileGateway.Answer(request, Encoding.ASCII.GetBytes($$"""{"created":1,"data":[{"b64_json":"{{new string('A', 8_000_000)}}"}]}"""));
        var job = """{"model":"dall-e-3","prompt":"a fox","n":2,"response_format":"b64_json"}""";
        using (var client = await Wire.ConnectAsync(gateway.Http.BaseAddress!, receiveBuffer: 4096))
        {
            await client.WriteAsync(HostileGateway.Request("/v1/images/generations", job, more: Key));
            Assert.True(await client.ReadAsync(new byte[1000]) > 0);
        }
        Assert.Equal(2, (await RetryAsync(gateway, job))["data"]!.AsArray().Count);
        Assert.Equal(2, _provider.Arrivals.Count);
    }

    [Fact]
    public async Task Picture_that_is_being_taken_over_is_kept_for_the_retry()
    {
        await using var gateway = await StartAsync(", \"ImageHosts\": [ \"127.0.0.1\" ]");
        _provider.Answer = request =>
        {
            if (!IsFetch(request))
                return HostileGateway.Answer(request, Encoding.ASCII.GetBytes($$"""{"created":1,"data":[{"url":"{{_provider.Url}}/picture"}]}"""));
            _isLetGo.Wait();
            return HostileGateway.Answer(request, Pictures.Png());
        };
        var job = """{"model":"dall-e-3","prompt":"a fox"}""";
        using (var client = await Wire.ConnectAsync(gateway.Http.BaseAddress!))
        {
            await client.WriteAsync(HostileGateway.Request("/v1/images/generations", job, more: Key));
            await Until.TrueAsync(() => _provider.Arrivals.Any(IsFetch), "the picture is asked for");
        }
        await Until.TrueAsync(() => gateway.RunningJobs.Count == 1, "the job goes on alone");
        _isLetGo.Set();
        var address = (string)(await RetryAsync(gateway, job))["data"]![0]!["url"]!;
        Assert.Equal(Pictures.Png(), await gateway.Http.GetByteArrayAsync(address));
        Assert.Equal(2, _provider.Arrivals.Count);
    }

    private static bool IsFetch(WireRequest request) => request.Head.StartsWith("GET", StringComparison.Ordinal);

    private Task<OwnGateway> StartAsync(string more) => OwnGateway.StartAsync($$"""
        "Providers": { "west": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{_provider.Url}}/v1", "Models": [ "dall-e-3" ] {{more}} } }
        """);

    private static async Task<JsonObject> RetryAsync(OwnGateway gateway, string job)
    {
        JsonObject? answer = null;
        gateway.Http.DefaultRequestHeaders.Add("Idempotency-Key", Key.Split(' ')[1].Trim());
        await Until.TrueAsync(async () =>
        {
            using var response = await gateway.GenerateAsync(job);
            answer = await response.JsonAsync();
            return response.Header("idempotent-replayed") == "true";
        }, "the answer is there");
        return answer!;
    }
}
