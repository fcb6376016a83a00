using ImageGateway.Simulator;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Caching;

/// <summary>What is told at once of a job whose answer is fetched, and how long it and its answer may take.</summary>
public sealed class AsyncAdmissionTests
{
    private static readonly string Patient = $$"""  "Providers": { {{OwnGateway.Account("west", more: ", \"Timeout\": \"00:30:00\"")}} }  """;
    private static readonly string Narrow = $$"""  "Providers": { {{OwnGateway.Account("west", "{ \"Model\": \"gpt-image-1\", \"Concurrent\": 1 }")}} }  """;

    [Fact]
    public async Task Rate_that_is_used_up_is_a_429_as_for_a_client_that_waits()
    {
        await using var gateway = await OwnGateway.StartAsync(Patient, tenant: """, "Limits": { "ImagesPerMinute": 1 }""");
        gateway.Http.DefaultRequestHeaders.Add("Prefer", "respond-async");
        using var first = await gateway.GenerateAsync();
        using var second = await gateway.GenerateAsync();
        Assert.Equal(202, (int)first.StatusCode);
        await second.ErrorAsync(429, "rate_limit_exceeded", null);
        Assert.InRange(int.Parse(second.Header("retry-after")!), 1, 60);
        Assert.Equal(("1", "0", null), (second.Header("x-ratelimit-limit-images"), second.Header("x-ratelimit-remaining-images"), second.Header("location")));
    }

    [Fact]
    public async Task Target_that_rests_for_longer_than_a_job_waits_is_a_429_at_once()
    {
        await using var gateway = await OwnGateway.StartAsync(Patient);
        gateway.Faults.Add(new FaultRule { Fault = new Fault { Status = 429, Headers = new Dictionary<string, string> { ["retry-after"] = "60" } }, Times = 1 });
        Assert.Equal(429, (int)(await gateway.GenerateAsync()).StatusCode);
        gateway.Http.DefaultRequestHeaders.Add("Prefer", "respond-async");
        using var refused = await gateway.GenerateAsync();
        await refused.ErrorAsync(429, "rate_limit_exceeded", null);
        Assert.InRange(int.Parse(refused.Header("retry-after")!), 50, 60);
        Assert.Single(gateway.Log.Calls);
    }

    [Fact]
    public async Task Job_that_waits_for_room_is_accepted_meanwhile()
    {
        await using var gateway = await OwnGateway.StartAsync(Narrow);
        using var client = new AsyncClient();
        gateway.Faults.Add(new FaultRule { Fault = new Fault { Hang = true }, Times = 1 });
        gateway.Http.DefaultRequestHeaders.Add("Prefer", "respond-async");
        var (first, second) = (await BeginAsync(gateway), await BeginAsync(gateway));
        Assert.Equal(("running", "queued", 1), ((await client.GetAsync(first, Keys.Acme)).State, (await client.GetAsync(second, Keys.Acme)).State, gateway.Waiting));
        await client.DeleteAsync(first, Keys.Acme);
        Assert.Equal("completed", (await client.EndAsync(second, Keys.Acme)).State);
    }

    [Fact]
    public async Task Response_without_room_is_kept_and_the_next_job_is_refused_before_it_costs_anything()
    {
        await using var gateway = await OwnGateway.StartAsync($$"""  {{Patient}}, "Replay": { "RecordingBytes": 0 }  """);
        using var client = new AsyncClient();
        gateway.Faults.Add(new FaultRule { Fault = new Fault { PauseAfterBytes = 50_000 }, Times = 1 });
        gateway.Http.DefaultRequestHeaders.Add("Prefer", "respond-async");
        var job = await BeginAsync(gateway);
        await Until.TrueAsync(() => gateway.Recorded > 0, "a part of its response has come");

        using var refused = await gateway.GenerateAsync();
        gateway.Faults.Clear();
        var end = await client.EndAsync(job, Keys.Acme);

        await refused.ErrorAsync(503, "overloaded", null);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Single(end.Hashes);
        await Until.TrueAsync(() => gateway.Recorded == 0, "its recording is released");
        Assert.Single((await client.EndAsync(await BeginAsync(gateway), Keys.Acme)).Hashes);
        Assert.Equal(2, gateway.Log.Calls.Count);
    }

    [Fact]
    public async Task Job_takes_ten_minutes_at_most()
    {
        var time = new ManualTime();
        await using var gateway = await OwnGateway.StartAsync(Patient, new SimulatorOptions { TimeProvider = time });
        using var client = new AsyncClient();
        gateway.Faults.Add(new FaultRule { Fault = new Fault { Hang = true }, Times = 1 });
        gateway.Http.DefaultRequestHeaders.Add("Prefer", "respond-async");
        var job = await BeginAsync(gateway);
        await Until.TrueAsync(() => gateway.Log.Calls.Count == 1, "its call is made");
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal("running", (await client.GetAsync(job, Keys.Acme)).State);
        time.Advance(TimeSpan.FromSeconds(1));
        var end = await client.EndAsync(job, Keys.Acme);
        Assert.Equal((200, "failed", "upstream_timeout"), (end.Status, end.State, end.Code));
        Assert.Contains("10 minutes", (string)end.Job["error"]!["message"]!, StringComparison.Ordinal);
        await Until.TrueAsync(() => gateway.Log.Calls.Single().Aborted, "the provider's call is cancelled");
    }

    [Fact]
    public async Task What_became_of_a_job_is_kept_for_sixty_minutes()
    {
        var time = new ManualTime();
        await using var gateway = await OwnGateway.StartAsync(Patient, new SimulatorOptions { TimeProvider = time });
        using var client = new AsyncClient();
        gateway.Http.DefaultRequestHeaders.Add("Prefer", "respond-async");
        var job = await BeginAsync(gateway);
        Assert.Single((await client.EndAsync(job, Keys.Acme)).Hashes);
        time.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromSeconds(1));
        Assert.Single((await client.GetAsync(job, Keys.Acme)).Hashes);
        time.Advance(TimeSpan.FromSeconds(1));
        var later = await client.GetAsync(job, Keys.Acme);
        Assert.Equal((200, "completed", false), (later.Status, later.State, later.Job.ContainsKey("response")));
    }

    private static async Task<Uri> BeginAsync(OwnGateway gateway)
    {
        using var response = await gateway.GenerateAsync();
        return await AsyncClient.LocationAsync(gateway.Http.BaseAddress!, response);
    }
}
