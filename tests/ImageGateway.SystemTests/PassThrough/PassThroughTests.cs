using System.Net;
using System.Text;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.PassThrough;

public sealed class PassThroughTests(PassThroughFixture gateway) : IClassFixture<PassThroughFixture>
{
    private const int Half = 64 * 1024;

    private Arrival LastArrival => gateway.Upstream.Arrivals.Last();

    [Fact]
    public async Task Get_reaches_the_provider_with_its_query_and_the_answer_comes_back()
    {
        using var response = await gateway.SendAsync("GET", "/v1/files?purpose=a%20b&limit=2");

        Assert.Equal("""{"object":"list"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(("GET", "/base/v1/files?purpose=a%20b&limit=2"), (LastArrival.Method, LastArrival.Target));
    }

    [Theory]
    [InlineData("/v1/files/a%2Fb/c")]
    [InlineData("/v1/files/a%2Fb%20c%25/d:e?after=%252F")]
    [InlineData("/v1/files/a%252Fb%2541")]
    public async Task Escapes_of_a_path_reach_the_provider_as_they_were(string path)
    {
        using var response = await gateway.SendAsync("GET", path);

        Assert.Equal($"/base{path}", LastArrival.Target);
    }

    [Fact]
    public async Task Body_reaches_the_provider_while_it_is_sent()
    {
        using var content = new PushedContent();
        var sending = gateway.SendAsync("POST", "/v1/files/sink", content);
        await content.PushAsync(new string('1', Half));

        // The last few KB may wait in a buffer for what comes next.
        await Until.TrueAsync(() => gateway.Upstream.Received > Half / 2, "the first half has arrived");
        await content.PushAsync(new string('2', Half));
        content.End();
        using var response = await sending;
        Assert.Equal($"{2 * Half}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Events_pass_one_by_one()
    {
        using var response = await gateway.SendAsync("GET", "/v1/files/events");
        await using var body = await response.Content.ReadAsStreamAsync();

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("data: 1\n\n", await ReadAsync(body, 9));
        gateway.Upstream.Continue();
        Assert.Equal("data: 2\n\n", await ReadAsync(body, 9));
        gateway.Upstream.Continue();
        Assert.Equal("data: 3\n\n", await ReadAsync(body, 9));
    }

    [Fact]
    public async Task Credentials_are_swapped_and_nothing_of_the_clients_identity_passes()
    {
        using var response = await gateway.SendAsync("GET", "/v1/files/1", null,
            ("Authorization", $"Bearer {Keys.Acme}"), ("api-key", "client-secret"), ("x-api-key", "client-secret"), ("Cookie", "a=client-secret"), ("OpenAI-Organization", "client-secret"),
            ("OpenAI-Project", "client-secret"), ("X-Gateway-Tags", "a=client-secret"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("X-Forwarded-For", "192.0.2.1"), ("Connection", "x-hop"), ("x-hop", "client-secret"), ("OpenAI-Beta", "assistants=v2"), ("User-Agent", "client/1"));

        var headers = LastArrival.Headers;
        Assert.Equal(($"Bearer {Keys.OpenAI}", "org-of-the-operator"), (headers["authorization"], headers["openai-organization"]));
        Assert.Equal(("assistants=v2", "client/1"), (headers["openai-beta"], headers["user-agent"]));
        Assert.Equal(new Uri(gateway.Upstream.Url).Authority, headers["host"]);
        var all = string.Join(' ', headers.Select(header => $"{header.Key}={header.Value}"));
        Assert.DoesNotContain("client-secret", all, StringComparison.Ordinal);
        Assert.DoesNotContain(Keys.Acme, all, StringComparison.Ordinal);
        Assert.Empty(headers.Keys.Intersect(["traceparent", "tracestate", "x-forwarded-for", "cookie", "api-key", "x-hop"]));
    }

    [Fact]
    public async Task Answers_say_nothing_of_the_operators_account()
    {
        using var response = await gateway.SendAsync("GET", "/v1/files/1");

        Assert.Equal("kept", response.Header("x-custom"));
        Assert.Null(response.Header("Set-Cookie") ?? response.Header("openai-organization") ?? response.Header("x-ratelimit-remaining-requests"));
        Assert.True(Guid.TryParse(response.Header("x-request-id"), out _));
    }

    [Theory]
    [InlineData("/openai/deployments/d/chat/completions?api-version=1", "/openai/deployments/d/chat/completions?api-version=1", "api-key", Keys.Azure)]
    [InlineData("/v1/responses/r1", "/openai/v1/responses/r1", "api-key", Keys.Azure)]
    [InlineData("/v1/embeddings", "/other/v1/embeddings", "authorization", $"Bearer {Keys.DallE}")]
    public async Task Every_kind_of_provider_has_its_own_addresses_and_credentials(string path, string target, string header, string value)
    {
        using var response = await gateway.SendAsync("POST", path, new StringContent("{}", Encoding.UTF8, "application/json"), ("api-key", Keys.Acme));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((target, value), (LastArrival.Target, LastArrival.Headers[header]));
        Assert.DoesNotContain(Keys.Acme, string.Join(' ', LastArrival.Headers.Values), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_of_the_provider_passes_as_it_is()
    {
        using var response = await gateway.SendAsync("GET", "/v1/files/missing");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("of the provider", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> ReadAsync(Stream body, int length)
    {
        var bytes = new byte[length];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await body.ReadExactlyAsync(bytes, patience.Token);
        return Encoding.UTF8.GetString(bytes);
    }
}
