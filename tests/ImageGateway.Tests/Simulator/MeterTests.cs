using System.Net;
using ImageGateway.Simulator;

namespace ImageGateway.Tests.Simulator;

public sealed class MeterTests : SimulatorFixture
{
    private readonly ManualTime _time;

    public MeterTests()
        : this(new ManualTime())
    {
    }

    private MeterTests(ManualTime time)
        : base(new SimulatorOptions { RequestsPerMinute = 2, TimeProvider = time }) => _time = time;

    [Fact]
    public async Task Call_that_is_one_too_many_in_60_seconds_is_told_when_to_come_back()
    {
        Assert.Equal((HttpStatusCode.OK, "1", null), await CallAsync("west"));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((HttpStatusCode.OK, "0", null), await CallAsync("west"));
        Assert.Equal((HttpStatusCode.TooManyRequests, "0", TimeSpan.FromSeconds(40)), await CallAsync("west"));
        _time.Advance(TimeSpan.FromSeconds(39.5));
        Assert.Equal((HttpStatusCode.TooManyRequests, "0", TimeSpan.FromSeconds(1)), await CallAsync("west"));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal((HttpStatusCode.OK, "0", null), await CallAsync("west"));
        Assert.Equal((HttpStatusCode.TooManyRequests, "0", TimeSpan.FromSeconds(20)), await CallAsync("west"));
    }

    [Fact]
    public async Task Every_account_and_model_has_a_limit_of_its_own()
    {
        for (var i = 0; i < 2; i++)
        {
            foreach (var (account, model) in ((string, string)[])[("west", "gpt-image-1"), ("east", "gpt-image-1"), ("west", "gpt-image-1-mini")])
                Assert.Equal((HttpStatusCode.OK, $"{1 - i}", null), await CallAsync(account, model));
        }
    }

    private async Task<(HttpStatusCode Status, string Left, TimeSpan? Wait)> CallAsync(string account, string model = "gpt-image-1")
    {
        using var response = await GenerateAsync(job => (job["model"], job["quality"]) = (model, "low"), $"/accounts/{account}/v1/images/generations");
        return (response.StatusCode, response.Headers.GetValues("x-ratelimit-remaining-requests").Single(), response.Headers.RetryAfter?.Delta);
    }
}
