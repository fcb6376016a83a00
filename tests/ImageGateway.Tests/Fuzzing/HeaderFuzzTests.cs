using System.Text;
using ImageGateway.Api;
using ImageGateway.Api.Async;
using ImageGateway.Api.Reading;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Tenants;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>Headers the gateway reads, with any text that a server lets through: understood, ignored or refused by name.</summary>
public sealed class HeaderFuzzTests(ITestOutputHelper output)
{
    private static readonly (string Name, string Value)[] Headers =
    [
        ("Idempotency-Key", "2f1a9c3e-0b7d-4f55-9d0e-7a6a1c1b2d3e"), ("Cache-Control", "no-cache, max-age=0, no-store"), ("Prefer", "respond-async, wait=10; foo=\"a,b\\\"c\""),
        ("X-Gateway-Tags", "team=web,cost-centre=4 2,x=y=z"), ("X-Gateway-Tier", "draft"), ("Content-Type", "multipart/form-data; boundary=\"a b\"; charset=utf-8"), ("Authorization", "Bearer igw_0123456789abcdef"),
    ];

    private readonly KeyRing<string> _keys = new([(ApiKey.Hash("igw_0123456789abcdef"), "acme")]);

    [Fact]
    public async Task Header_is_understood_ignored_or_refused_by_name()
    {
        using var client = new PublicClient(TimeProvider.System);
        var reader = JobReaders.Of(new BlockPool(), new BufferBudget(1 << 20), client);
        await new Fuzzer(output).RunAsync(10_000, random =>
        {
            var (mutator, value) = (new Mutator(random), Encoding.UTF8.GetBytes(random.Pick(Headers).Value));
            return random.Chance(50) ? mutator.Bytes(value, value) : mutator.Pieces(value, ",", ";", "=", "\"");
        }, async (input, random) =>
        {
            // The server refuses bytes that are no UTF-8, and these three.
            var text = Encoding.UTF8.GetString(input).Replace("\0", "", StringComparison.Ordinal).ReplaceLineEndings("");
            foreach (var (name, _) in Headers)
                await ReadAsync(reader, name, random.Chance(90) ? text : $"{text},{text}");
        });
    }

    private async Task ReadAsync(JobReader reader, string name, string text)
    {
        var http = new DefaultHttpContext();
        (http.Request.ContentType, http.Request.Body) = ("application/json", new MemoryStream("""{"prompt":"a fox"}"""u8.ToArray()));
        http.Request.Headers[name] = text;
        var (cache, isAsync) = (CacheControl.Read(http.Request), Preference.IsAsync(http.Request));
        // Nothing is switched off that is not written there.
        Assert.True(cache is { MayRead: true, MayWrite: true } || (name == "Cache-Control" && text.Contains("no-", StringComparison.OrdinalIgnoreCase)));
        Assert.True(!isAsync || (name == "Prefer" && text.Contains(Preference.RespondAsync, StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(text == "igw_0123456789abcdef", _keys.Find(text) is not null);
        try
        {
            Assert.True(Idempotency.Key(http.Request) is null or { Length: 64 });
            using var job = await reader.ReadAsync(http, Operation.Edit, null, new BodyLimits());
        }
        catch (GatewayException e) when (e.Error.Param is "images" or "image" or "prompt")
        {
            // The body alone is wanting, and was read: the headers were good.
        }
        catch (GatewayException e)
        {
            Assert.InRange(ErrorEnvelope.Status(e.Error), 400, 499);
            Assert.True(e.Error.Param == name || name == "Content-Type", e.Message);
            Assert.True(e.Error.Message.Length < 700, e.Message);
        }
    }
}
