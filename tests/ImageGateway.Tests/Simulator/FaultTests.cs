using System.Net;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.Tests.Simulator;

public sealed class FaultTests : SimulatorFixture
{
    [Theory]
    [InlineData("""{"status":429,"headers":{"retry-after":"1"}}""", 429, "rate_limit_exceeded")]
    [InlineData("""{"status":503}""", 503, "server_is_overloaded")]
    [InlineData("""{"status":500}""", 500, null)]
    [InlineData("""{"status":401}""", 401, "invalid_api_key")]
    [InlineData("""{"status":418,"body":{"error":{"code":"teapot"}}}""", 418, "teapot")]
    [InlineData("""{"error_in_200":true}""", 200, null)]
    [InlineData("""{"error_in_200":"contentFilter"}""", 200, "contentFilter")]
    public async Task Status_fault_answers_a_real_looking_error(string fault, int status, string? code)
    {
        await OrderAsync($$"""{"times":1,"fault":{{fault}}}""");

        var response = await GenerateAsync();

        Assert.Equal((status, code), ((int)response.StatusCode, (string?)(await ReadAsync(response))["error"]!["code"]));
        Assert.Equal(fault.Contains("retry-after", StringComparison.Ordinal), response.Headers.RetryAfter is not null);
        Assert.Equal(HttpStatusCode.OK, (await GenerateAsync()).StatusCode);
    }

    [Fact]
    public async Task Html_fault_answers_a_proxys_page()
    {
        await OrderAsync("""{"fault":{"html":true,"status":502}}""");

        var response = await GenerateAsync();

        Assert.Equal((HttpStatusCode.BadGateway, "text/html"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Text_body_is_sent_as_it_is()
    {
        await OrderAsync("""{"fault":{"status":500,"body":"{ broken"}}""");

        Assert.Equal("{ broken", await (await GenerateAsync()).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"account":"west","fault":{"status":500}}""", "/accounts/west/v1/images/generations", "/accounts/east/v1/images/generations")]
    [InlineData("""{"model":"img-2","fault":{"status":500}}""", "/openai/deployments/img-2/images/generations?api-version=1", "/openai/deployments/img-std/images/generations?api-version=1")]
    [InlineData("""{"model":"gpt-image-2","fault":{"status":500}}""", "/openai/deployments/img-2/images/generations?api-version=1", "/v1/images/generations")]
    public async Task Fault_strikes_only_what_it_is_aimed_at(string rule, string struck, string spared)
    {
        await OrderAsync(rule);

        Assert.Equal(HttpStatusCode.OK, (await GenerateAsync(path: spared)).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await GenerateAsync(path: struck)).StatusCode);
    }

    [Fact]
    public async Task Faults_come_in_the_order_they_were_given_and_can_be_taken_back()
    {
        await OrderAsync("""{"operation":"generation","key":"sk-test","times":2,"fault":{"status":500}}""");
        await OrderAsync("""{"fault":{"status":503}}""");

        int[] statuses = [await StatusAsync(), await StatusAsync(), await StatusAsync(), await StatusAsync()];

        Assert.Equal([500, 500, 503, 503], statuses);
        Assert.Contains("503", await Client.GetStringAsync("/_simulator/faults"), StringComparison.Ordinal);
        await Client.DeleteAsync("/_simulator/faults");
        Assert.Equal(200, await StatusAsync());
    }

    [Theory]
    [InlineData("""{"fault":{"satus":500}}""")]
    [InlineData("""{"times":1}""")]
    [InlineData("null")]
    public async Task Mistaken_rule_is_refused(string rule)
    {
        var response = await SendAsync("/_simulator/faults", Json(rule));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(Faults.Pending);
    }

    [Fact]
    public async Task Reset_ends_the_connection_before_an_answer()
    {
        Faults.Add(new FaultRule { Fault = new Fault { Reset = true } });

        await Assert.ThrowsAsync<HttpRequestException>(() => GenerateAsync());
        Assert.Null(Log.Calls.Single().Status);
    }

    [Fact]
    public async Task Hang_lasts_until_the_client_goes()
    {
        Faults.Add(new FaultRule { Fault = new Fault { Hang = true } });
        using var patience = new CancellationTokenSource();
        var answer = Client.PostAsync("/v1/images/generations", Json(new { model = "gpt-image-1", prompt = "x" }), patience.Token);

        await WaitForAsync(one => one.Model is not null);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        var call = await WaitForAsync(one => one.Aborted);
        Assert.Equal((null, false), (call.Status, call.Completed));
    }

    [Theory]
    [InlineData("""{"hang":true}""", true)]
    [InlineData("""{"hang":true,"status":429}""", true)]
    [InlineData("""{"hang_after_events":0}""", true)]
    [InlineData("""{"hang_after_events":2}""", true)]
    [InlineData("""{"pause_after_bytes":1000}""", false)]
    public async Task What_hangs_goes_on_when_the_faults_are_deleted(string fault, bool stream)
    {
        await OrderAsync($$"""{"times":1,"fault":{{fault}}}""");
        var answer = stream ? SendAsync("/v1/images/generations", StreamBody()) : GenerateAsync();
        await WaitForAsync(one => one.Model is not null);
        Assert.False(answer.IsCompleted);

        (await Client.DeleteAsync("/_simulator/faults")).Dispose();

        using var response = await answer;
        Assert.Equal(fault.Contains("429", StringComparison.Ordinal) ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, response.StatusCode);
        Assert.True(Log.Calls.Single().Completed);
    }

    [Fact]
    public async Task Hang_does_not_hold_up_the_end_of_the_simulator()
    {
        Faults.Add(new FaultRule { Fault = new Fault { Hang = true } });
        var answer = GenerateAsync();
        await WaitForAsync(one => one.Model is not null);

        await StopAsync().WaitAsync(TimeSpan.FromSeconds(60));

        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(40_000)]
    public async Task Cut_answer_ends_after_so_many_bytes(int bytes)
    {
        Faults.Add(new FaultRule { Fault = new Fault { CutAfterBytes = bytes } });

        Assert.Equal(bytes, (await ReadUntilCutAsync(stream: false)).Length);
        Assert.False(Log.Calls.Single().Completed);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    public async Task Cut_stream_ends_after_so_many_events(int events, int received)
    {
        Faults.Add(new FaultRule { Fault = new Fault { CutAfterEvents = events } });

        var text = await ReadUntilCutAsync(stream: true);

        Assert.Equal(received, text.Split("event: ").Length - 1);
        Assert.Null(Log.Calls.Single().Usage);
    }

    [Fact]
    public async Task Stream_hangs_after_so_many_events()
    {
        Faults.Add(new FaultRule { Fault = new Fault { HangAfterEvents = 1 } });
        using (var response = await SendAsync("/v1/images/generations", StreamBody(), HttpCompletionOption.ResponseHeadersRead))
        {
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.Equal("event: image_generation.partial_image", await lines.ReadLineAsync());
            Assert.False(Log.Calls.Single().Aborted);
        }

        Assert.Equal(200, (await WaitForAsync(call => call.Aborted)).Status);
    }

    [Theory]
    [InlineData("""{"delay_ms":60}""", 60)]
    [InlineData("""{"event_delay_ms":30}""", 90)]
    public async Task Delay_makes_the_answer_late(string fault, int milliseconds)
    {
        await OrderAsync($$"""{"fault":{{fault}}}""");
        var started = TimeProvider.System.GetTimestamp();

        await SendAsync("/v1/images/generations", StreamBody());

        Assert.True(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds >= milliseconds - 5);
    }

    private async Task OrderAsync(string rule) =>
        Assert.Equal(HttpStatusCode.Created, (await SendAsync("/_simulator/faults", Json(rule))).StatusCode);

    private async Task<int> StatusAsync() => (int)(await GenerateAsync()).StatusCode;

    private static StringContent StreamBody() => Json(new { model = "gpt-image-1", prompt = "x", stream = true, partial_images = 2 });

    private async Task<string> ReadUntilCutAsync(bool stream)
    {
        var body = stream ? StreamBody() : Json(new { model = "gpt-image-1", prompt = "x" });
        using var response = await SendAsync("/v1/images/generations", body, HttpCompletionOption.ResponseHeadersRead);
        using var received = new MemoryStream();
        await using var content = await response.Content.ReadAsStreamAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => content.CopyToAsync(received));
        return System.Text.Encoding.ASCII.GetString(received.ToArray());
    }

    private async Task<Call> WaitForAsync(Func<Call, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Log.Calls.Any(condition))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return Log.Calls.Single();
    }
}
