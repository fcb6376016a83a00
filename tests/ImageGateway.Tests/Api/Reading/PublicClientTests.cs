using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageGateway.Api.Reading;
using ImageGateway.Images;

namespace ImageGateway.Tests.Api.Reading;

/// <summary>Files from addresses that others chose, over a socket.</summary>
public sealed class PublicClientTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly BlockPool _pool = new();

    public PublicClientTests() => _server.Start();

    public void Dispose()
    {
        _server.Dispose();
        _pool.Dispose();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "Fetched", 200)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", "TooLarge", 200)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "Unreachable", 0)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "Refused", 302)]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "Refused", 404)]
    public async Task File_is_fetched_whole_within_its_size_and_without_redirects(string answer, string result, int status)
    {
        using var client = new PublicClient(_time, _ => true);
        using var bytes = Bytes();
        var answering = AnswerAsync(answer);
        Assert.Equal((result, status), await client.FetchAsync(Address, bytes, 3, default) is var fetched ? ($"{fetched.Result}", fetched.Status) : default);
        if (result == "Fetched")
            Assert.Equal(3, bytes.Length);
        await answering;
        Assert.False(_server.Pending(), "there was a second connection");
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na")]
    public async Task Server_that_is_slow_has_thirty_seconds(string begun)
    {
        using var client = new PublicClient(_time, _ => true);
        using var bytes = Bytes();
        var fetching = client.FetchAsync(Address, bytes, 3, default);
        using var connection = await _server.AcceptSocketAsync();
        await connection.SendAsync(Encoding.ASCII.GetBytes(begun));
        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Assert.False(fetching.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((FetchResult.Unreachable, 0), await fetching);
    }

    [Fact]
    public async Task Address_inside_is_never_connected_to()
    {
        using var client = new PublicClient(_time);
        using var bytes = Bytes();
        Assert.Equal((FetchResult.Unreachable, 0), await client.FetchAsync(Address, bytes, 3, default));
        Assert.False(_server.Pending(), "a connection was made");
    }

    [Fact]
    public async Task Server_is_not_told_what_the_client_is_traced_by()
    {
        using var client = new PublicClient(_time, _ => true);
        using var bytes = Bytes();
        using var trace = new Activity("request").AddBaggage("customer", "acme").Start();
        trace.TraceStateString = "vendor=1";
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        Assert.Equal((FetchResult.Fetched, 200), await client.FetchAsync(Address, bytes, 3, default));
        var asked = await answering;
        foreach (var header in (string[])["traceparent", "tracestate", "baggage", "correlation-context"])
            Assert.DoesNotContain(header, asked, StringComparison.OrdinalIgnoreCase);
    }

    // 127.0.0.1 stands for the world, 127.0.0.2 for what is inside; both listen.
    [Fact]
    public async Task Name_that_changes_its_address_is_asked_once_for_a_connection_and_never_leads_inside()
    {
        using var inside = new TcpListener(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)_server.LocalEndpoint).Port);
        inside.Start();
        var asked = 0;
        using var client = new PublicClient(_time, address => address.Equals(IPAddress.Loopback), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(++asked == 1 ? "127.0.0.1" : "127.0.0.2")]));
        var address = new Uri($"http://rebinding.example:{((IPEndPoint)_server.LocalEndpoint).Port}/cat.png");
        using var first = Bytes();
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
        Assert.Equal((FetchResult.Fetched, 200), await client.FetchAsync(address, first, 3, default));
        Assert.Equal(1, asked);
        await answering;

        using var second = Bytes();
        Assert.Equal((FetchResult.Unreachable, 0), await client.FetchAsync(address, second, 3, default));
        Assert.Equal(2, asked);
        Assert.False(inside.Pending() || _server.Pending(), "a connection was made");
    }

    // Which of them would be connected to is not ours to say.
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.2")]
    [InlineData("127.0.0.2", "127.0.0.1")]
    [InlineData("127.0.0.1", "::ffff:127.0.0.2")]
    [InlineData]
    public async Task Name_with_one_address_inside_or_none_is_never_connected_to(params string[] addresses)
    {
        using var client = new PublicClient(_time, address => address.Equals(IPAddress.Loopback), (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]));
        using var bytes = Bytes();
        Assert.Equal((FetchResult.Unreachable, 0), await client.FetchAsync(new Uri($"http://two.example:{((IPEndPoint)_server.LocalEndpoint).Port}/"), bytes, 3, default));
        Assert.False(_server.Pending(), "a connection was made");
    }

    private Uri Address => new($"http://{_server.LocalEndpoint}/cat.png");

    private SpooledBytes Bytes() => new(_pool, new BufferBudget(1 << 20));

    // What was asked.
    private async Task<string> AnswerAsync(string answer)
    {
        using var connection = await _server.AcceptSocketAsync();
        var asked = new byte[4096];
        var length = await connection.ReceiveAsync(asked);
        await connection.SendAsync(Encoding.ASCII.GetBytes(answer));
        connection.Shutdown(SocketShutdown.Send);
        while (await connection.ReceiveAsync(new byte[4096]) > 0) { }
        return Encoding.ASCII.GetString(asked, 0, length);
    }
}
