using System.Text.Json;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Profiles;

/// <summary>A provider whose API is nearly OpenAI's: how it reads pictures out of a JSON body, and how it judges a request.</summary>
internal abstract class Profile
{
    /// <summary>All of them, by the segment behind <c>/profiles/</c>.</summary>
    public static IReadOnlyDictionary<string, Profile> All { get; } = new Dictionary<string, Profile>(StringComparer.Ordinal)
    {
        ["xai"] = new XAi(),
        ["together"] = new Together(),
    };

    /// <summary>What it draws; other operations are unknown addresses.</summary>
    public abstract IReadOnlyList<ImageOperation> Operations { get; }

    /// <summary>The pictures among a body's members.</summary>
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

    /// <summary>An error in the provider's form.</summary>
    protected abstract ProviderException Refuse(int status, string? param, string message);
}
