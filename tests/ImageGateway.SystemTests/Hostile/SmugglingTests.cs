using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>Requests whose end two readers may see at different places: whoever is in front of the gateway, no second request comes out of one.</summary>
[Collection(HostileCollection.Name)]
public sealed class SmugglingTests
{
    private const string Path = "/v1/images/generations";
    private const string Job = """{"model":"openai/gpt-image-1","prompt":"the first"}""";

    private static readonly string Smuggled = $"POST {Path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {Keys.Acme}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: 55\r\n\r\n{{\"model\":\"openai/gpt-image-1\",\"prompt\":\"the smuggled1\"}}";
    private static readonly string Chunk = $"{Job.Length:x}\r\n{Job}\r\n0\r\n\r\n";

    private readonly HostileGateway _hostile;

    public SmugglingTests(HostileGateway hostile)
    {
        _hostile = hostile;
        hostile.Begin();
    }

    /// <summary>What stands between the head that all have and the request that must not be seen.</summary>
    public static TheoryData<string, string> Framings { get; } = new()
    {
        { "two lengths", $"Content-Length: {Job.Length}\r\nContent-Length: 0\r\n\r\n{Job}" },
        { "two lengths in one line", $"Content-Length: {Job.Length}, 0\r\n\r\n{Job}" },
        { "a negative length", $"Content-Length: -1\r\n\r\n{Job}" },
        { "a length in hex", $"Content-Length: 0x{Job.Length:x}\r\n\r\n{Job}" },
        { "a length beyond any", $"Content-Length: 99999999999999999999\r\n\r\n{Job}" },
        { "a length with a blank within", $"Content-Length: 3 3\r\n\r\n{Job}" },
        { "a length with a blank before its colon", $"Content-Length : {Job.Length}\r\n\r\n{Job}" },
        { "chunks and then identity", $"Transfer-Encoding: chunked, identity\r\n\r\n{Chunk}" },
        { "chunks and, in a line of its own, identity", $"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n{Chunk}" },
        { "identity and a length", $"Transfer-Encoding: identity\r\nContent-Length: {Job.Length}\r\n\r\n{Job}" },
        { "xchunked and a length", $"Transfer-Encoding: xchunked\r\nContent-Length: {Job.Length}\r\n\r\n{Job}" },
        { "chunked in quotes", $"Transfer-Encoding: \"chunked\"\r\nContent-Length: {Job.Length}\r\n\r\n{Job}" },
        { "chunked with a vertical tab", $"Transfer-Encoding: \u000Bchunked\r\nContent-Length: {Job.Length}\r\n\r\n{Job}" },
        { "chunked with a blank before its colon", $"Transfer-Encoding : chunked\r\nContent-Length: {Job.Length}\r\n\r\n{Chunk}" },
        { "chunked with a tab before its colon", $"Transfer-Encoding\t: chunked\r\nContent-Length: {Job.Length}\r\n\r\n{Chunk}" },
        { "chunked on a folded line", $"Content-Length: {Job.Length}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n{Job}" },
        { "chunked folded into another header", $"Content-Length: {Job.Length}\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n{Job}" },
        { "chunked behind a bare line feed", $"Content-Length: {Job.Length}\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n{Chunk}" },
        { "chunked behind a bare carriage return", $"Content-Length: {Job.Length}\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n{Chunk}" },
        { "a head that ends in bare line feeds", $"Content-Length: {Job.Length}\n\n{Job}" },
        { "a header with a zero byte", $"Content-Length: {Job.Length}\r\nX: a\0b\r\n\r\n{Job}" },
        { "a header without a name", $"Content-Length: {Job.Length}\r\n: b\r\n\r\n{Job}" },
        { "a line that is no header", $"Content-Length: {Job.Length}\r\nnothing\r\n\r\n{Job}" },
        { "another host", $"Host: elsewhere\r\nContent-Length: {Job.Length}\r\n\r\n{Job}" },
        { "a chunk's size beyond any", $"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff{Chunk}" },
        { "a chunk's size that wraps to a small one", $"Transfer-Encoding: chunked\r\n\r\n1000000{Chunk}" },
        { "a negative chunk", $"Transfer-Encoding: chunked\r\n\r\n-{Chunk}" },
        { "a chunk's size in 0x", $"Transfer-Encoding: chunked\r\n\r\n0x{Chunk}" },
        { "a chunk's size behind a blank", $"Transfer-Encoding: chunked\r\n\r\n {Chunk}" },
        { "a chunk without a size", $"Transfer-Encoding: chunked\r\n\r\n\r\n{Chunk}" },
        { "a chunk's extension with a bare line feed", $"Transfer-Encoding: chunked\r\n\r\n{Job.Length:x};x\n{Job}\r\n0\r\n\r\n" },
        { "a chunk longer than its size", $"Transfer-Encoding: chunked\r\n\r\n{Job.Length - 1:x}\r\n{Job}\r\n0\r\n\r\n" },
        { "chunks that end in bare line feeds", $"Transfer-Encoding: chunked\r\n\r\n{Job.Length:x}\n{Job}\n0\n\n" },
    };

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task Request_of_unclear_length_is_refused_and_its_connection_closed(string what, string framing)
    {
        Assert.NotEmpty(what);
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, $"{Head()}{framing}{Smuggled}"));

        Assert.True(answer.Status is 400 or 411 or 413, $"{answer.Head}\n{answer.Text}");
        Assert.Equal("close", answer.Header("Connection"));
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    // RFC 9112, 6.3: a server may go by the chunks or refuse.
    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5")]
    [InlineData("Transfer-Encoding:\tchunked\r\nContent-Length: 0")]
    public async Task Request_with_chunks_and_a_length_is_refused_and_its_connection_closed(string headers)
    {
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, $"{Head()}{headers}\r\n\r\n{Chunk}{Smuggled}"));

        Assert.Equal((400, "invalid_value", "close"), (answer.Status, answer.Code, answer.Header("Connection")));
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    // What a refused request leaves unread is its body all the same.
    [Theory]
    [InlineData("Content-Encoding: gzip", 415)]
    [InlineData("Content-Encoding: gzip\r\nExpect: 100-continue", 415)]
    [InlineData("Authorization: Bearer nobody", 401)]
    [InlineData("Idempotency-Key: ", 400)]
    public async Task Body_of_a_refused_request_is_no_request(string header, int status)
    {
        var answers = await Wire.AskAsync(_hostile.Url, $"{Head(header.StartsWith('A') ? "" : Keys.Acme)}{header}\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}", TimeSpan.FromMilliseconds(300));

        Assert.Equal(status, Assert.Single(answers).Status);
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    [Theory]
    [InlineData("POST http://elsewhere/v1/images/generations HTTP/1.1")]
    [InlineData("POST https://gateway@elsewhere/v1/images/generations HTTP/1.1")]
    [InlineData("POST gateway:80 HTTP/1.1")]
    [InlineData("POST * HTTP/1.1")]
    [InlineData("POST v1/images/generations HTTP/1.1")]
    [InlineData("POST /v1/images/generations HTTP/1.1 HTTP/1.1")]
    [InlineData("POST\t/v1/images/generations\tHTTP/1.1")]
    [InlineData("POST /v1/images/generations HTTP/9.9")]
    [InlineData("POST /v1/images/generations")]
    [InlineData("PO\0ST /v1/images/generations HTTP/1.1")]
    [InlineData("POST /v1/images/generations\0 HTTP/1.1")]
    public async Task Line_that_two_readers_may_read_differently_is_refused(string line)
    {
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, $"{line}{Head()[Head().IndexOf('\r', StringComparison.Ordinal)..]}Content-Length: {Job.Length}\r\n\r\n{Job}{Smuggled}"));

        Assert.True(answer.Status is 400 or 405 or 505, answer.Head);
        Assert.Equal("close", answer.Header("Connection"));
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    [Fact]
    public async Task Two_honest_requests_on_one_connection_are_both_answered()
    {
        var answers = await Wire.AskAsync(_hostile.Url, $"{Head()}Content-Length: {Job.Length}\r\n\r\n{Job}{Smuggled}", TimeSpan.FromSeconds(2));

        Assert.Equal([200, 200], answers.Select(answer => answer.Status));
        Assert.Equal(2, _hostile.Provider.Arrivals.Count);
    }

    private static string Head(string key = Keys.Acme) => $"POST {Path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n{(key.Length == 0 ? "" : $"Authorization: Bearer {key}\r\n")}";
}
