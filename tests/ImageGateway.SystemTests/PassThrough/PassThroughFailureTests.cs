using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.PassThrough;

public sealed class PassThroughFailureTests : IClassFixture<PassThroughFixture>
{
    private readonly PassThroughFixture _gateway;

    public PassThroughFailureTests(PassThroughFixture gateway)
    {
        _gateway = gateway;
        gateway.Upstream.Arrivals.Clear();
    }

    [Theory]
    [InlineData("Bearer igw_nobody")]
    [InlineData("")]
    public async Task Without_a_tenants_key_nothing_passes(string authorization)
    {
        using var response = await _gateway.SendAsync("GET", "/v1/files", null, ("Authorization", authorization));

        await response.ErrorAsync(401, "invalid_api_key", null);
        Assert.Empty(_gateway.Upstream.Arrivals);
    }

    [Theory]
    [InlineData("GET", "/v1/assistants")]
    [InlineData("GET", "/v1/filesystem")]
    [InlineData("POST", "/v1/slow/1/2")]
    [InlineData("GET", "/v1/files/%252e%252e/organization/admin_api_keys")]
    [InlineData("GET", "/v1/files/x%2F..%2F..%2Forganization")]
    [InlineData("GET", "/v1/files/%5C..%5C..%5Corganization")]
    [InlineData("GET", "/v1/files/%2e%2e/organization/admin_api_keys")]
    public async Task Path_that_is_not_listed_is_unknown(string method, string path)
    {
        var answer = await RawAsync(method, path);

        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.Contains("unknown_url", answer, StringComparison.Ordinal);
        Assert.Empty(_gateway.Upstream.Arrivals);
    }

    [Fact]
    public async Task Method_that_is_not_listed_is_refused_with_those_allowed()
    {
        using var response = await _gateway.SendAsync("PUT", "/v1/files/1");

        await response.ErrorAsync(405, "method_not_allowed", null, "PUT", "GET, POST, DELETE");
        Assert.Equal("GET, POST, DELETE", response.Header("Allow"));
    }

    [Fact]
    public async Task Provider_that_is_down_is_an_upstream_error()
    {
        using var response = await _gateway.SendAsync("POST", "/v1/batches", new StringContent("{}"));

        var error = await response.ErrorAsync(502, "upstream_error", null);
        Assert.DoesNotContain("127.0.0.1", error.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_that_sends_nothing_times_out()
    {
        using var response = await _gateway.SendAsync("POST", "/v1/slow/hang", new StringContent("{}"));

        await response.ErrorAsync(504, "upstream_timeout", null);
    }

    [Fact]
    public async Task Provider_that_refuses_the_gateways_key_is_unavailable_and_its_words_stay()
    {
        using var response = await _gateway.SendAsync("GET", "/v1/files/refused");

        var error = await response.ErrorAsync(503, "no_target_available", null);
        Assert.DoesNotContain("sk-", error.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(response.Header("Set-Cookie") ?? response.Header("x-custom"));
    }

    [Fact]
    public async Task Answer_that_breaks_off_does_not_look_whole()
    {
        // The head may get lost with the connection.
        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            using var response = await _gateway.SendAsync("GET", "/v1/files/broken");
            await response.Content.ReadAsStringAsync();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_above_the_bound_is_refused(bool knowsLength)
    {
        HttpContent content = knowsLength ? new ByteArrayContent(new byte[1_000_001]) : new Chunked(new byte[1_000_001]);
        using var response = await _gateway.SendAsync("POST", "/v1/files/sink", content);

        await response.ErrorAsync(413, "request_too_large", null, "1000000");
    }

    // Sent as written: a client library would tidy the path up.
    private async Task<string> RawAsync(string method, string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _gateway.Http.BaseAddress!.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\nAuthorization: Bearer {Keys.Acme}\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private sealed class Chunked(byte[] bytes) : ByteArrayContent(bytes)
    {
        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
