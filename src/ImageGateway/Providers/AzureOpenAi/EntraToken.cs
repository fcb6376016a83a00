using Azure.Core;

namespace ImageGateway.Providers.AzureOpenAi;

/// <summary>An Entra ID token, cached until shortly before it expires. Concurrent callers share one refresh.</summary>
internal sealed class EntraToken(TokenCredential credential, TimeProvider time) : IDisposable
{
    // The library's own hint (RefreshOn) takes precedence; without it, this long before the expiry.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TokenRequestContext Scope = new(["https://cognitiveservices.azure.com/.default"]);

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private volatile Kept? _kept;

    private sealed record Kept(string Token, DateTimeOffset FreshUntil);

    /// <summary>A token that is valid for the next minutes.</summary>
    /// <exception cref="Azure.Identity.AuthenticationFailedException">Entra ID refuses, or cannot be reached.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } token)
            return token;
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            return Fresh() ?? await RefreshAsync(cancellationToken);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private string? Fresh() => _kept is { } kept && time.GetUtcNow() < kept.FreshUntil ? kept.Token : null;

    private async Task<string> RefreshAsync(CancellationToken cancellationToken)
    {
        var token = await credential.GetTokenAsync(Scope, cancellationToken);
        _kept = new Kept(token.Token, token.RefreshOn ?? token.ExpiresOn - Margin);
        return token.Token;
    }
}
