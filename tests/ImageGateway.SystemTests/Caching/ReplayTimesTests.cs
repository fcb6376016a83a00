using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;
using Microsoft.AspNetCore.WebUtilities;

namespace ImageGateway.SystemTests.Caching;

/// <summary>How long what is kept is kept, by a clock that the test sets.</summary>
public sealed class ReplayTimesTests : IAsyncLifetime
{
    private const string Job = """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""";

    private readonly ManualTime _time = new();
    private OwnGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await OwnGateway.StartAsync(
        $$"""  "Files": { "SigningKey": "file:secrets/signing" }, "Providers": { {{OwnGateway.Account("west", more: ", \"Timeout\": \"00:30:00\"")}} }  """,
        new SimulatorOptions { TimeProvider = _time }, """, "Cache": { "Ttl": "00:10:00" }""");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Cached_answer_is_given_until_its_time_is_over_and_says_how_old_it_is()
    {
        Assert.Equal(("miss", null), await CacheAsync());
        _time.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal(("hit", "599"), await CacheAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("miss", null), await CacheAsync());
    }

    [Fact]
    public async Task Key_is_known_for_24_hours()
    {
        _gateway.Http.DefaultRequestHeaders.Add("Idempotency-Key", "the key");
        _gateway.Http.DefaultRequestHeaders.Add("Cache-Control", "no-store");
        Assert.Null(await ReplayedAsync());
        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Equal("true", await ReplayedAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await ReplayedAsync());
    }

    [Fact]
    public async Task Job_whose_client_left_has_ten_minutes()
    {
        _gateway.Faults.Add(new FaultRule { Fault = new Fault { Hang = true }, Times = 1 });
        using var leaving = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations") { Content = new StringContent(Job, Encoding.UTF8, "application/json") };
        var asking = _gateway.Http.SendAsync(request, leaving.Token);
        await Until.TrueAsync(() => _gateway.Log.Calls.Count == 1, "its call is made");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Until.TrueAsync(() => _gateway.RunningJobs.Count == 1, "the job goes on alone");
        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal((1, false), (_gateway.RunningJobs.Count, _gateway.Log.Calls.Single().Aborted));
        _time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => _gateway.RunningJobs.Count == 0 && _gateway.Log.Calls.Single().Aborted, "the provider's call is cancelled");
    }

    [Fact]
    public async Task Address_is_good_for_sixty_minutes_and_signed_with_the_key_of_the_configuration()
    {
        using var response = await _gateway.GenerateAsync("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","response_format":"url"}""");
        var address = new Uri((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]![0]!["url"]!);
        var query = QueryHelpers.ParseQuery(address.Query);
        Assert.Equal($"{(_time.Now + TimeSpan.FromHours(1)).ToUnixTimeSeconds()}", query["exp"]);
        var signed = HMACSHA256.HashData(Encoding.UTF8.GetBytes(OwnGateway.SigningKey), Encoding.UTF8.GetBytes($"{address.Segments[^1]}\n{query["exp"]}"));
        Assert.Equal(WebEncoders.Base64UrlEncode(signed), query["sig"]);

        _time.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Http.GetAsync(address)).StatusCode);
        _time.Advance(TimeSpan.FromSeconds(1));
        using var expired = await _gateway.Http.GetAsync(address);
        using var altered = await _gateway.Http.GetAsync($"{address}A");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (expired.StatusCode, altered.StatusCode));
        Assert.Equal(await altered.Content.ReadAsStringAsync(), await expired.Content.ReadAsStringAsync());
    }

    private async Task<(string?, string?)> CacheAsync()
    {
        using var response = await _gateway.GenerateAsync(Job);
        await response.Content.ReadAsByteArrayAsync();
        return (response.Header("x-gateway-cache"), response.Header("age"));
    }

    private async Task<string?> ReplayedAsync()
    {
        using var response = await _gateway.GenerateAsync(Job);
        await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Header("idempotent-replayed");
    }
}
