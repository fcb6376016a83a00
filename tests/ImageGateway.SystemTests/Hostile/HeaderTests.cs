using System.Text;
using ImageGateway.Tests.Fuzzing;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>Headers that one side may write and the other may not, and more of them than anybody needs.</summary>
[Collection(HostileCollection.Name)]
public sealed class HeaderTests
{
    private const string Path = "/v1/images/generations";

    private readonly HostileGateway _hostile;

    public HeaderTests(HostileGateway hostile)
    {
        _hostile = hostile;
        hostile.Begin();
    }

    // A call that breaks counts against the target, and so against every tenant's jobs there.
    [Theory]
    [InlineData("User-Agent: größe/1")]
    [InlineData("User-Agent: 🦊")]
    [InlineData("OpenAI-Beta: x=\u202E")]
    public async Task Word_of_a_client_beyond_ascii_reaches_the_provider_as_it_came(string header)
    {
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(header));
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, HostileGateway.Request(Path, Job(), more: $"{bytes}\r\n")));

        Assert.Equal(200, answer.Status);
        Assert.Contains(bytes, Assert.Single(_hostile.Provider.Arrivals).Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OpenAI-Version: gr\u00F6\u00DFe")]
    [InlineData("OpenAI-Version: \u0001")]
    [InlineData("OpenAI-Processing-Ms: 1\u007F2")]
    public async Task Word_of_a_provider_that_no_server_writes_does_not_cost_the_picture(string header)
    {
        _hostile.Provider.Answer = request => HostileGateway.Answer(request, Seed.Answers[1].Body, more: $"{header}\r\n");
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, HostileGateway.Request(Path, Job())));

        Assert.Equal(200, answer.Status);
        Assert.Contains("b64_json", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenAI-", answer.Head, StringComparison.OrdinalIgnoreCase);
    }

    public static TheoryData<string, int> Bombs => new()
    {
        { "a header of 40 KB", 431 },
        { "a hundred headers of 1 KB", 431 },
        { "ten thousand headers", 431 },
        { "an address of 9 KB", 414 },
        { "an address that never ends", 414 },
    };

    // Before there is a request the server itself answers, without a body, and closes.
    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task Bomb_of_headers_is_refused_by_the_server(string what, int status)
    {
        var request = what switch
        {
            "a header of 40 KB" => HostileGateway.Request(Path, Job(), more: $"X-Bomb: {new string('x', 40_000)}\r\n"),
            "a hundred headers of 1 KB" => HostileGateway.Request(Path, Job(), more: string.Concat(Enumerable.Range(0, 90).Select(i => $"X-Bomb-{i}: {new string('x', 1000)}\r\n"))),
            "ten thousand headers" => HostileGateway.Request(Path, Job(), more: string.Concat(Enumerable.Range(0, 10_000).Select(_ => "X:\r\n"))),
            "an address of 9 KB" => HostileGateway.Request($"{Path}?{new string('x', 9_000)}", Job()),
            _ => $"POST /{new string('x', 1_000_000)}",
        };
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, request));

        Assert.Equal((status, 0), (answer.Status, answer.Body.Length));
        Assert.Equal("close", answer.Header("Connection"));
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("GZIP, identity")]
    [InlineData("identity")]
    public async Task Compressed_body_is_refused_unread(string coding)
    {
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, HostileGateway.Request(Path, Job(), more: $"Content-Encoding: {coding}\r\n")));

        Assert.Equal((415, "unsupported_media_type"), (answer.Status, answer.Code));
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    private static string Job() => $$"""{"model":"openai/gpt-image-1","prompt":"a fox {{Guid.NewGuid()}}"}""";
}
