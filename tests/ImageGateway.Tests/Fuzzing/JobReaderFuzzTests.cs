using System.Text;
using System.Text.Json;
using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Providers.Bodies;
using ImageGateway.Routing;
using ImageGateway.Tests.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Xunit.Abstractions;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>
/// Any body is a job or a 4xx, and leaves no memory behind. What is sent of a job to a provider says what the gateway has read, to a
/// reader of another make too.
/// </summary>
public sealed class JobReaderFuzzTests(ITestOutputHelper output)
{
    private static readonly BodyLimits Limits = new() { JsonBytes = 256 * 1024, FormBytes = 1024 * 1024, FileBytes = 64 * 1024 };

    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 26);

    [Fact]
    public Task Json_is_a_job_or_refused() => FuzzAsync(8000, isForm: false);

    [Fact]
    public Task Form_is_a_job_or_refused() => FuzzAsync(8000, isForm: true);

    private async Task FuzzAsync(int inputs, bool isForm)
    {
        using var client = new PublicClient(TimeProvider.System);
        var (seeds, reader) = (Seed.Requests.Where(seed => seed.IsForm == isForm).ToArray(), JobReaders.Of(_pool, _budget, client));
        await new Fuzzer(output).RunAsync(inputs, random => Draw(random, random.Pick(seeds), random.Pick(seeds).Body), async (body, random) =>
        {
            await ReadAsync(reader, random.Pick(seeds), body);
            Assert.Equal(0, _budget.Held);
        });
    }

    private static byte[] Draw(Random random, Seed seed, byte[] other)
    {
        var mutator = new Mutator(random);
        return random.Next(3) switch
        {
            0 => mutator.Bytes(seed.Body, other),
            1 when seed.IsForm => mutator.Pieces(seed.Body, "\r\n--", "\r\n", "; ", "\""),
            1 => mutator.Pieces(seed.Body, ",", ":", "\""),
            _ => seed.IsForm ? mutator.Pieces(mutator.Pieces(seed.Body, "\r\n--"), "\r\n") : mutator.Json(seed.Body),
        };
    }

    private static async Task ReadAsync(JobReader reader, Seed seed, byte[] body)
    {
        var http = new DefaultHttpContext();
        foreach (var line in seed.Head.Split("\r\n").Skip(1).Select(line => line.Split(": ", 2)))
            http.Request.Headers[line[0]] = line[1];
        (http.Request.ContentLength, http.Request.Body) = (body.Length, new MemoryStream(body));
        try
        {
            using var job = await reader.ReadAsync(http, Wanted(seed), deployment: null, Limits);
            using var digest = new JobDigest(job);
            Assert.Equal(64, digest.BodyKey().Length);
            foreach (var planned in Plans.PlanOf(job).Targets)
                await SendAsync(job, planned, digest, http);
        }
        catch (GatewayException e)
        {
            Assert.InRange(ErrorEnvelope.Status(e.Error), 400, 499);
            using var shown = JsonDocument.Parse(ErrorEnvelope.Body(e.Error));
            Assert.True(shown.RootElement.GetProperty("error").GetProperty("message").GetString() is { Length: > 0 and < 1000 }, e.Message);
        }
    }

    private static Operation Wanted(Seed seed) => seed.Head.Contains("/edits", StringComparison.Ordinal) ? Operation.Edit : seed.Head.Contains("/variations", StringComparison.Ordinal) ? Operation.Variation : Operation.Generation;

    private static async Task SendAsync(ImageJob job, PlannedTarget planned, JobDigest digest, HttpContext http)
    {
        Assert.Equal(64, digest.PictureKey(planned.Target.Model, planned.Dialect.Sent, "openai").Length);
        Assert.True(Ascii.IsValid(Adjustment.Header(planned.Dialect.Adjustments)));
        using var content = UpstreamBody.For(new Attempt(job, planned.Target.Model, planned.Target.UpstreamName, planned.Dialect.Edits, http), planned.Target.UpstreamName, planned.Target.Provider.TakesJsonEdits);
        var sent = await content.ReadAsByteArrayAsync();
        Assert.Equal(sent.Length, content.Headers.ContentLength);
        if (content.Headers.ContentType!.MediaType == "application/json")
            AssertJson(job, planned, sent);
        else
            await AssertFormAsync(job, planned, sent, content.Headers.ContentType.Parameters.Single(parameter => parameter.Name == "boundary").Value!.Trim('"'));
    }

    private static void AssertJson(ImageJob job, PlannedTarget planned, byte[] sent)
    {
        using var body = JsonDocument.Parse(sent);
        var members = body.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value); // none twice
        Assert.Equal(planned.Target.UpstreamName, members["model"].GetString());
        Assert.Equal(job.Prompt, members["prompt"].GetString());
        AssertParameters(planned, name => members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null);
    }

    private static async Task AssertFormAsync(ImageJob job, PlannedTarget planned, byte[] sent, string boundary)
    {
        var (fields, files, form) = (new Dictionary<string, string>(), new List<string>(), new MultipartReader(boundary, new MemoryStream(sent)));
        while (await form.ReadNextSectionAsync() is { } part)
        {
            Assert.True(ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition));
            // Who follows RFC 9110 takes a backslash for the mark of a quoted pair.
            var name = HeaderUtilities.UnescapeAsQuotedString(disposition.Name).ToString();
            if (disposition.FileName.HasValue)
                files.Add(name);
            else if (!name.EndsWith("[]", StringComparison.Ordinal))
                fields.Add(name, await new StreamReader(part.Body).ReadToEndAsync()); // none twice
        }
        Assert.Equal(job.Images.Count, files.Count(name => name is "image" or "image[]"));
        Assert.Equal(job.Mask is null ? 0 : 1, files.Count(name => name == "mask"));
        Assert.Equal(job.Operation == Operation.Variation ? null : job.Prompt, fields.GetValueOrDefault("prompt"));
        AssertParameters(planned, fields.GetValueOrDefault);
    }

    // What was priced is what is drawn.
    private static void AssertParameters(PlannedTarget planned, Func<string, string?> sent)
    {
        var parameters = planned.Dialect.Sent;
        Assert.Equal((parameters.Size, parameters.Quality), (sent("size"), sent("quality")));
        Assert.Equal($"{parameters.Count}", sent("n") ?? "1");
    }
}
