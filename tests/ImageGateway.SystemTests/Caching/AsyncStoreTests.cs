using System.Net;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.AsyncClient;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Jobs whose answers are fetched, while the store that knows of them is away.</summary>
public sealed class AsyncStoreTests(RedisCachingGateway gateway) : IClassFixture<RedisCachingGateway>, IAsyncLifetime
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";
    private readonly AsyncClient _client = new();

    // Where all of it is compiled for the first time on a busy machine, Redis may seem to take longer than the 250 ms that it has.
    public async Task InitializeAsync()
    {
        gateway.Mend();
        await Until.TrueAsync(async () =>
        {
            using var response = await gateway.SendAsync($"a fox before {_prompt}", null, Plain, [Prefer]);
            return response.StatusCode == HttpStatusCode.Accepted && (await _client.EndAsync(await LocationAsync(gateway.Url, response), Plain)).State == "completed";
        }, "a job is taken, drawn and fetched");
    }

    // The next test begins when the gateway uses its store again.
    public async Task DisposeAsync()
    {
        await Until.TrueAsync(async () => (await _client.GetAsync(new Uri(gateway.Url, $"/v1/images/jobs/{Guid.NewGuid()}"), Plain)).Status == 404, "the store answers");
        _client.Dispose();
        await Until.TrueAsync(() => gateway.RunningJobs is { Count: 0, Jobs: 0 } && gateway.Recorded == 0, "nothing is left of it");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Job_whose_store_fails_is_known_here_and_fetched_when_it_is_back(bool hasData)
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var job = await BeginAsync();
        gateway.Server.Kill();
        try
        {
            foreach (var what in (string[])["its provider draws", "its answer is kept"])
            {
                Assert.Equal((202, "running"), await _client.GetAsync(job, Plain) is var running ? (running.Status, running.State) : default);
                Assert.Equal((503, "store_unavailable"), await _client.GetAsync(job, Acme) is var foreign ? (foreign.Status, foreign.Code) : default);
                gateway.Mend();
                await Until.TrueAsync(async () => (await gateway.Ledger.EntriesAsync($"id = '{job.Segments[^1]}'")).Count == 1, what);
            }
        }
        finally
        {
            gateway.Server.Start();
        }
        if (!hasData)
            gateway.Server.Command("FLUSHALL");
        var end = await _client.EndAsync(job, Plain);
        Assert.Equal("completed", end.State);
        Assert.Single(end.Hashes);
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Job_of_this_process_is_cancelled_without_its_store()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var job = await BeginAsync();
        gateway.Server.Kill();
        try
        {
            Assert.Equal((200, "cancelled"), await _client.DeleteAsync(job, Plain) is var cancelled ? (cancelled.Status, cancelled.State) : default);
            await Until.TrueAsync(() => gateway.Log.Calls.Any(call => call.Fields.GetValueOrDefault("prompt") == _prompt && call.Aborted), "the provider's call is cancelled");
        }
        finally
        {
            gateway.Server.Start();
        }
    }

    [Fact]
    public async Task Job_is_not_taken_on_without_its_store()
    {
        gateway.Server.Kill();
        try
        {
            var refused = await gateway.AskAsync(_prompt, null, Plain, Prefer);
            Assert.Equal((503, "store_unavailable"), (refused.Status, refused.Code));
        }
        finally
        {
            gateway.Server.Start();
        }
        Assert.Equal(0, gateway.Calls(_prompt));
    }

    private async Task<Uri> BeginAsync()
    {
        using var response = await gateway.SendAsync(_prompt, null, Plain, [Prefer]);
        return await LocationAsync(gateway.Url, response);
    }
}
