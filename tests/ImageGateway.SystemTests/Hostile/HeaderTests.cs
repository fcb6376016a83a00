using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;
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
    [InlineData("Content-Length: 5")] // the second
    public async Task Word_of_a_provider_that_no_server_writes_does_not_cost_the_picture(string header)
    {
        _hostile.Provider.Answer = request => HostileGateway.Answer(request, Seed.Answer("picture").Body, more: $"{header}\r\n");
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

    // Some hundred kilobytes that would become a good job and a hundred megabytes of blanks.
    [Theory]
    [InlineData("Content-Encoding: gzip\r\n", 415)]
    [InlineData("", 400)]
    public async Task Bomb_of_gzip_is_not_unpacked(string label, int status)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.ASCII.GetBytes(Job().PadRight(100_000_000)));
        var head = HostileGateway.Request(Path, "", more: label).Replace("Content-Length: 0", $"Content-Length: {packed.Length}", StringComparison.Ordinal);
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, [.. Encoding.Latin1.GetBytes(head), .. packed.ToArray()]));

        Assert.Equal(status, answer.Status);
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    // Whatever has an owner in the gateway is refused by it, in its own words.
    [Theory]
    [InlineData("X-Gateway-Tags", 20_000, 400)]
    [InlineData("Idempotency-Key", 20_000, 400)]
    [InlineData("X-Gateway-Tier", 20_000, 400)]
    [InlineData("Authorization", 20_000, 401)]
    public async Task Header_of_20_KB_is_refused_in_the_envelope(string name, int length, int status)
    {
        var request = HostileGateway.Request(Path, Job(), more: name == "Authorization" ? "" : $"{name}: k={new string('x', length)}\r\n");
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, name == "Authorization" ? request.Replace("Bearer ", $"Bearer {new string('x', length)}", StringComparison.Ordinal) : request));

        Assert.Equal(status, answer.Status);
        Assert.NotNull(answer.Code);
        Assert.InRange(answer.Body.Length, 1, 2000);
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    // Whichever of the two somebody else would take: here neither counts.
    [Theory]
    [InlineData("Bearer nobody")]
    [InlineData("Bearer " + Keys.Acme)]
    [InlineData("Basic x")]
    public async Task Two_keys_in_one_request_are_none(string second)
    {
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, HostileGateway.Request(Path, Job(), more: $"Authorization: {second}\r\n")));

        Assert.Equal((401, "invalid_api_key"), (answer.Status, answer.Code));
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    [Fact]
    public async Task A_thousand_cookies_cost_nothing_and_go_nowhere()
    {
        var cookies = string.Join("; ", Enumerable.Range(0, 1000).Select(i => $"session{i}=0123456789"));
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, HostileGateway.Request(Path, Job(), more: $"Cookie: {cookies}\r\n")));

        Assert.Equal(200, answer.Status);
        Assert.Null(Assert.Single(_hostile.Provider.Arrivals).Header("Cookie"));
    }

    // A gigabyte of nothing is a megabyte packed. Nobody asked for it, nobody unpacks it, and the client does not get it.
    [Theory]
    [InlineData("gzip", 1 << 30, 200)]
    [InlineData("gzip", 1 << 10, 200)]
    [InlineData("br", 1 << 10, 200)]
    [InlineData("gzip", 1 << 30, 400)]
    public async Task Packed_answer_of_a_provider_is_its_failure_and_stays_packed(string coding, int length, int status)
    {
        var bomb = Packed(coding, length);
        _hostile.Provider.Answer = request => HostileGateway.Answer(request, bomb, status, $"Content-Encoding: {coding}\r\n");
        var before = GC.GetTotalAllocatedBytes();
        var answer = Assert.Single(await Wire.AskAsync(_hostile.Url, HostileGateway.Request(Path, Job())));

        Assert.Null(Assert.Single(_hostile.Provider.Arrivals).Header("Accept-Encoding"));
        Assert.Equal(status == 200 ? (502, "upstream_error") : (400, answer.Code), (answer.Status, answer.Code));
        OpenAISchema.CheckError(JsonNode.Parse(answer.Text)!);
        Assert.Null(answer.Header("Content-Encoding"));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100 << 20);
    }

    private static byte[] Packed(string coding, int length)
    {
        using var packed = new MemoryStream();
        using (Stream packing = coding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write("{\"created\":1,\"data\":[{\"b64_json\":\""u8);
            var zeros = new byte[1 << 16];
            for (var written = 0L; written < length; written += zeros.Length)
                packing.Write(zeros);
        }
        return packed.ToArray();
    }

    private static string Job() => $$"""{"model":"openai/gpt-image-1","prompt":"a fox {{Guid.NewGuid()}}"}""";
}
