using System.Text.Json;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Profiles;

/// <summary>An OpenAI-compatible provider: how it reads images from a JSON body, and how it validates a request.</summary>
internal abstract class Profile
{
    /// <summary>All of them, by the segment after <c>/profiles/</c>.</summary>
    public static IReadOnlyDictionary<string, Profile> All { get; } = new Dictionary<string, Profile>(StringComparer.Ordinal)
    {
        ["xai"] = new XAi(),
        ["together"] = new Together(),
    };

    /// <summary>Its operations; others are unknown URLs.</summary>
    public abstract IReadOnlyList<ImageOperation> Operations { get; }

    /// <summary>The images among a body's members.</summary>
    public abstract List<InputFile> Pictures(Dictionary<string, JsonElement> members);

    /// <summary>The job, or the provider's own refusal.</summary>
    public ImageJob Read(RequestBody body, ImageOperation operation)
    {
        if (body.IsMultipart)
            throw Refuse(StatusCodes.Status415UnsupportedMediaType, null, "Expected request with `Content-Type: application/json`");
        foreach (var name in body.Members.Keys)
        {
            if (!Known(operation).Contains(name))
                throw Refuse(StatusCodes.Status400BadRequest, name, $"Argument not supported: {name}");
        }

        var parameters = new Parameters(body);
        if (parameters.Text("prompt") is not { Length: > 0 } prompt)
            throw Refuse(StatusCodes.Status400BadRequest, "prompt", "The prompt is missing.");
        return Judge(parameters, body, Model(parameters.Text("model")), operation, prompt);
    }

    /// <summary>The members of an operation's body.</summary>
    protected abstract IReadOnlyList<string> Known(ImageOperation operation);

    /// <summary>The model of a name, or a refusal.</summary>
    protected abstract SimulatedModel Model(string? name);

    /// <summary>The rest of the parameters.</summary>
    protected abstract ImageJob Judge(Parameters parameters, RequestBody body, SimulatedModel model, ImageOperation operation, string prompt);

    /// <summary>An error in the provider's format.</summary>
    protected abstract ProviderException Refuse(int status, string? param, string message);
}
