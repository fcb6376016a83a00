using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Upstream;

/// <summary>Answers that begin well and do not end.</summary>
public sealed class BrokenAnswerTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(150)]
    [InlineData(2_000)]
    [InlineData(30_000)]
    [InlineData(100_000)]
    public async Task Json_that_is_cut_never_looks_whole(int bytes)
    {
        Break(new Fault { CutAfterBytes = bytes });
        using var request = Request(HttpMethod.Post, Generations, Json(Job(job => job["n"] = 4)));
        HttpResponseMessage? response = null;
        try
        {
            response = await SendAsync(request);
            await response.ErrorAsync(502, "upstream_error", null);
        }
        catch (HttpRequestException)
        {
            // The transfer broke: what a client must see when the head is out already.
        }
        finally
        {
            response?.Dispose();
        }
        Assert.Single(Log.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Stream_that_is_cut_between_events_ends_with_an_error_event(int events)
    {
        Break(new Fault { CutAfterEvents = events });
        using var response = await StreamAsync();

        var seen = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal(events + 1, seen.Count);
        CheckError(seen[^1], "upstream_error");
    }

    [Theory]
    [MemberData(nameof(Cuts.Places), MemberType = typeof(Cuts))]
    public async Task Stream_that_is_cut_within_an_event_ends_with_an_error_event(string place, int offset)
    {
        Assert.EndsWith("|", place, StringComparison.Ordinal);
        var lengths = await EventLengthsAsync();
        Break(new Fault { CutAfterBytes = lengths[0] + (offset < 0 ? lengths[1] : 0) + offset });
        using var response = await StreamAsync();

        var seen = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        CheckError(seen[^1], "upstream_error");
        Assert.All(seen.SkipLast(1), item => Schema.OpenAISchema.CheckEvent(item.Data, "image_generation"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(38)]
    [InlineData(44)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(5_000)]
    public async Task Stream_that_is_cut_within_its_first_event_is_an_error_either_way(int bytes)
    {
        Break(new Fault { CutAfterBytes = bytes });
        using var response = await StreamAsync();

        if ((int)response.StatusCode == 200)
            CheckError(Assert.Single(await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync())), "upstream_error");
        else
            await response.ErrorAsync(502, "upstream_error", null);
    }

    [Fact]
    public async Task Stream_that_falls_silent_ends_with_a_timeout_event()
    {
        Break(new Fault { HangAfterEvents = 1 });
        using var response = await StreamAsync("impatient/gpt-image-1");

        var seen = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal(2, seen.Count);
        CheckError(seen[1], "upstream_timeout");
        await Until.TrueAsync(() => OnlyCall.Aborted, "the upstream call is aborted");
    }

    private Task<HttpResponseMessage> StreamAsync(string model = "openai/gpt-image-1") => GenerateAsync(job =>
    {
        job["model"] = model;
        job["stream"] = true;
        job["partial_images"] = 2;
    });

    private async Task<List<int>> EventLengthsAsync()
    {
        using var response = await StreamAsync();
        var text = await response.Content.ReadAsStringAsync();
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => item.Length + 2)];
    }

    // As the official clients look for it: node at the event's name or data.error, python at data.error alone.
    private static void CheckError(Event last, string code)
    {
        var error = Schema.OpenAISchema.CheckError(last.Data);
        Assert.Equal(("error", "error", code), (last.Name, last.Type, (string?)error["code"]));
    }
}
