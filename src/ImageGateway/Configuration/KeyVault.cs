using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;

namespace ImageGateway.Configuration;

/// <summary>Secrets of an Azure Key Vault, by the identity that this process has in Entra ID. Each is asked for once.</summary>
internal sealed class KeyVault(SecretClient client)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (string? Secret, string? Mistake)> _known = [];

    /// <summary>The vault of the option <c>Gateway:Vault</c>; null after a mistake.</summary>
    public static KeyVault? Create(string address, Mistakes mistakes, string option)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == "https" && uri.AbsolutePath == "/")
            return new KeyVault(new SecretClient(uri, new DefaultAzureCredential(), Options()));
        mistakes.Add(option, $"'{address}' is not a vault's address as in https://contoso.vault.azure.net");
        return null;
    }

    /// <summary>How the vault is asked: a start must not hang on it.</summary>
    public static SecretClientOptions Options() => new() { Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = Patience } };

    /// <summary>The latest version of a secret, or <c>NAME/VERSION</c>; null with what is wrong.</summary>
    public (string? Secret, string? Mistake) Find(string name) => _known.TryGetValue(name, out var known) ? known : _known[name] = Ask(name);

    // A vault's own words may quote names of the tenant; its status says enough.
    private (string?, string?) Ask(string name)
    {
        var parts = name.Split('/');
        try
        {
            var value = client.GetSecret(parts[0], parts.Length > 1 ? parts[1] : null).Value.Value.Trim();
            return value.Length > 0 ? (value, null) : (null, $"the vault's secret '{name}' is empty");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, $"the vault has no secret '{name}'");
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            return (null, $"the vault refuses to give '{name}' to this identity ({e.Status})");
        }
        catch (AuthenticationFailedException)
        {
            return (null, "Entra ID has no identity for this process that the vault could be asked with");
        }
        catch (Exception e) when (e is RequestFailedException or OperationCanceledException or AggregateException)
        {
            return (null, $"the vault did not give '{name}': {(e is RequestFailedException { Status: > 0 and var status } ? $"status {status}" : "it cannot be reached")}");
        }
    }
}
