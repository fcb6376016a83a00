using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;

namespace ImageGateway.SystemTests.Requests;

public sealed class StreamTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("openai/gpt-image-1")]
    [InlineData("azure/img-std")]
    [InlineData("azure-v1/v1-std")]
    public async Task Stream_passes_every_event_in_order_and_as_published(string target)
    {
        using var response = await GenerateAsync(job =>
        {
            job["model"] = target;
            job["stream"] = true;
            job["partial_images"] = 2;
        });

        Assert.Equal((200, "text/event-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(target, response.Header("x-gateway-target"));
        var events = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal(["image_generation.partial_image", "image_generation.partial_image", "image_generation.completed"], events.Select(item => item.Type));
        Assert.All(events, item => Assert.Equal(item.Type, item.Name));
        Assert.All(events, item => OpenAISchema.CheckEvent(item.Data, "image_generation"));
        Assert.Equal([0, 1], events.Take(2).Select(item => (int)item.Data["partial_image_index"]!));
        Assert.Equal(OnlyCall.Images.Single(), Answers.Sha256(Convert.FromBase64String((string)events[2].Data["b64_json"]!)));
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("text/event-stream", false)]
    public async Task Stream_field_decides_and_not_accept(string accept, bool stream)
    {
        using var response = await PostAsync(Generations, Json(Job(job => job["stream"] = stream)), ("Accept", accept));

        Assert.Equal(stream ? "text/event-stream" : "application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Event_passes_as_soon_as_it_comes()
    {
        Break(new Fault { HangAfterEvents = 1 });
        using var request = Request(HttpMethod.Post, Generations, Json(Streamed()));
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await using var events = System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();

        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("image_generation.partial_image", events.Current.EventType);
        Assert.False(OnlyCall.Completed);
    }

    [Fact]
    public async Task Client_that_leaves_a_stream_aborts_the_upstream_call()
    {
        Break(new Fault { HangAfterEvents = 1 });
        using (var request = Request(HttpMethod.Post, Generations, Json(Streamed())))
        using (var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            Assert.NotEqual(0, await body.ReadAsync(new byte[1]));
        }

        await Until.TrueAsync(() => OnlyCall.Aborted, "the upstream call is aborted");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_that_leaves_while_it_waits_aborts_the_upstream_call(bool stream)
    {
        Break(new Fault { Hang = true });
        using var leaving = new CancellationTokenSource();
        using var request = Request(HttpMethod.Post, Generations, Json(Job(job => job["stream"] = stream)));
        var waiting = SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        await Until.TrueAsync(() => Log.Calls.Count == 1, "the call is upstream");
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Until.TrueAsync(() => OnlyCall.Aborted, "the upstream call is aborted");
    }

    private static System.Text.Json.Nodes.JsonObject Streamed() => Job(job =>
    {
        job["stream"] = true;
        job["partial_images"] = 1;
    });
}
