using Azure.Core;
using ImageGateway.Providers.AzureOpenAi;

namespace ImageGateway.Tests.Providers.AzureOpenAi;

public sealed class EntraTokenTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Identity _identity;
    private readonly EntraToken _token;

    public EntraTokenTests()
    {
        _identity = new Identity(_time);
        _token = new EntraToken(_identity, _time);
    }

    public void Dispose() => _token.Dispose();

    [Fact]
    public async Task Token_is_kept_until_shortly_before_it_expires()
    {
        Assert.Equal("token 1", await GetAsync());
        _time.Now += TimeSpan.FromMinutes(54.9);
        Assert.Equal("token 1", await GetAsync());
        _time.Now += TimeSpan.FromMinutes(0.1);
        Assert.Equal("token 2", await GetAsync());
        Assert.Equal(2, _identity.Calls);
    }

    [Fact]
    public async Task Time_to_refresh_wins_over_the_margin()
    {
        _identity.RefreshAfter = TimeSpan.FromMinutes(20);
        Assert.Equal("token 1", await GetAsync());
        _time.Now += TimeSpan.FromMinutes(19.9);
        Assert.Equal("token 1", await GetAsync());
        _time.Now += TimeSpan.FromMinutes(0.1);
        Assert.Equal("token 2", await GetAsync());
    }

    [Fact]
    public async Task Many_callers_share_one_refresh()
    {
        _identity.Gate = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 50).Select(_ => GetAsync().AsTask()).ToArray();
        Assert.Equal(1, _identity.Calls);
        _identity.Gate.SetResult();
        Assert.All(await Task.WhenAll(callers), token => Assert.Equal("token 1", token));
        Assert.Equal(1, _identity.Calls);
    }

    [Fact]
    public async Task Refresh_that_fails_is_tried_again_by_the_next()
    {
        _identity.Failure = new InvalidOperationException("no identity");
        await Assert.ThrowsAsync<InvalidOperationException>(() => GetAsync().AsTask());
        _identity.Failure = null;
        Assert.Equal("token 2", await GetAsync());
    }

    [Fact]
    public async Task Caller_that_leaves_does_not_take_the_others_along()
    {
        _identity.Gate = new TaskCompletionSource();
        var first = GetAsync().AsTask();
        using var leaving = new CancellationTokenSource();
        var second = _token.GetAsync(leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _identity.Gate.SetResult();
        Assert.Equal("token 1", await first);
    }

    [Fact]
    public async Task Token_is_for_Azures_cognitive_services()
    {
        await GetAsync();
        Assert.Equal(["https://cognitiveservices.azure.com/.default"], _identity.Scopes);
    }

    private ValueTask<string> GetAsync() => _token.GetAsync(CancellationToken.None);

    private sealed class Identity(TimeProvider time) : TokenCredential
    {
        public int Calls { get; private set; }

        public string[] Scopes { get; private set; } = [];

        public TimeSpan? RefreshAfter { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public Exception? Failure { get; set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            (Calls, Scopes) = (Calls + 1, requestContext.Scopes);
            if (Gate is { } gate)
                await gate.Task;
            if (Failure is { } failure)
                throw failure;
            var now = time.GetUtcNow();
            return new AccessToken($"token {Calls}", now.AddHours(1), RefreshAfter is { } wait ? now + wait : null);
        }
    }
}
