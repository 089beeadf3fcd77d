"""Sentences for made-up observations, notes and adverse events."""

OBSERVATIONS = {
    "words": (
        "“The room got very wide, and it was kind.”",
        "“I could look at it without falling in.”",
        "“My hands feel far away, but that is fine.”",
        "“There was a door and I did not have to open it today.”",
        "“It is quiet. I had forgotten quiet.”",
    ),
    "behaviour": (
        "Lies still with eye shade, breathes evenly.",
        "Tearful for some minutes, then calm.",
        "Moves the hands slowly, smiles.",
        "Restless legs, settles with reassurance.",
    ),
    "comfort": ("Blanket added, hand held as agreed before.", "Asked for water, given.", "Room light lowered."),
    "music": ("Second part of the playlist started.", "Asked for the music to be softer."),
}
ALARM_ACTIONS = (
    "Slower music, head raised, seen by the prescriber; no drug given, repeated after 5 minutes",
    "Cuff changed and repeated on the other arm; prescriber stayed in the room",
    "Talked down by name, breathing together; prescriber decided to watch",
)
ADVERSE = (
    ("gi", 1, "Nausea without vomiting", "Ondansetron 4 mg by mouth, head raised", "resolved"),
    ("gi", 2, "Vomited once", "Ondansetron 4 mg IV, fluids, head raised", "resolved"),
    (
        "cardiovascular",
        1,
        "Blood pressure above 160 systolic without symptoms",
        "Rechecked after 5 minutes",
        "resolved",
    ),
    ("psychiatric", 1, "Anxious during onset", "Reassurance, slower music, hand held as agreed", "resolved"),
    ("dissociation", 2, "Marked derealisation beyond one hour", "Observed longer, orienting talk", "resolved"),
    ("neurological", 1, "Dizzy when sitting up", "Sat for ten more minutes", "resolved"),
    ("site", 1, "Redness at the injection site", "Cold pack", "resolved"),
)
NOTE_TEXTS = {
    "expectations": ("Hopes to feel something again; afraid to hope too much.", "Wants a pause from the worry."),
    "fears": ("Losing control in front of others. Breathing out slowly helped in the MRI last year.", "Nausea."),
    "agreements": ("Hand on the shoulder is fine, nothing else; own playlist; partner stays in the waiting room.",),
    "support": ("The partner takes the day off; a walk with the sister on the weekend.",),
    "explained": ("Course of the day, monitoring, how long it lasts, no driving until the next day.",),
    "intention": ("To meet the sadness without running.", "To feel less guarded.", "To sleep without dread."),
    "patient_words": (
        "“I was not the failure, I was tired.”",
        "“It let me be small and safe.”",
        "“I missed my brother.”",
    ),
    "imagery": ("A long shore in grey light; later a kitchen from childhood.", "Falling leaves that turned upward."),
    "challenge": ("Fear of letting go in the first ten minutes; breath and hand contact helped.", ""),
    "breakthrough": ("Said aloud for the first time that the accident was not a choice.", ""),
    "meaning": (
        "Sees that resting is not giving up; wants to tell the partner.",
        "The grief can be visited and left again.",
        "Notices the inner critic as one voice among others.",
    ),
    "situation": ("Monday meeting, asked for an update without warning.", "Alone at home on Sunday evening."),
    "automatic_thought": ("“They will see I am useless.” (85 %)", "“It will never change.” (90 %)"),
    "evidence": ("For: one late report. Against: two thanks this month, contract renewed.",),
    "alternative": ("“I was caught off guard and still answered.” Belief in the first thought now 40 %.",),
    "behavioural_experiment": ("Ask one question in the next meeting; expect contempt, look for what happens.",),
    "practice": ("Body scan, 15 minutes, then open awareness.", "Breathing space, three minutes, twice."),
    "attention": ("Pulled to worry about work; returned to the breath more easily than last time.",),
    "body": ("Tight chest softened towards the end; warmth in the hands.",),
    "attitude": ("Less striving; some impatience, met with humour.",),
    "practice_plan": ("Ten minutes each morning, note one pleasant event a day.",),
    "theme": ("Being a burden.", "Loyalty to a lost brother."),
    "affect": ("Grief, then relief.", "Shame giving way to anger."),
    "defence": ("Intellectualising, noticed and named together.",),
    "transference": ("Waits for the therapist to be disappointed; spoken about.",),
    "insight": ("The harsh voice speaks in the father's words.", "Staying sad kept the brother close."),
    "history_link": ("Father's long illness; being the quiet child.",),
    "narrative": ("Talked through the session and the days since.",),
    "plan": ("Meet again before the next dose.",),
}
THEMES = ("grief", "self-worth", "trust", "safety", "anger", "connection", "work", "family", "sleep", "body")
HOMEWORK = (
    "Write three sentences each evening about what was kind today.",
    "Walk the shore path twice, without the phone.",
    "Ten minutes of body scan on five days.",
    "Test the thought “they will see I am useless” in one meeting and write down what happened.",
    "Send the letter that was written in the meeting, or decide not to.",
)
HOMEWORK_OUTCOMES = (
    ("patient", "Four days of seven; the evenings were easier than the mornings."),
    ("patient", "Done twice, then forgotten; wants to try again."),
    ("therapist", "Tried together at the start of the meeting."),
    ("patient", ""),
)
RISK_CLOSING = "Spoke by phone; thoughts without plan or intent, safety plan reviewed, partner informed with consent."
PRIVATE_NOTES = (
    ("Distance", "I noticed how I leaned back when the anger came. Take this to supervision."),
    ("A pull to comfort", "Wanted to fill each silence. Whose need was that?"),
    ("Unsure of the pace", "Perhaps I hoped for the turning point more than the patient did."),
    ("My own grief", "The story of the father stayed with me all evening."),
)
PRIVATE_TAGS = ("countertransference", "supervision", "pace", "boundaries")
CORRECTIONS = (
    ("Telephone number", "It ends in 17, not in 71."),
    ("Allergy to penicillin", "It was amoxicillin once as a child, and only a rash. Please write that."),
    ("Note about the second session", "I did not say that I was angry with my sister. I said I was sad about her."),
    ("Medicines", "I stopped the sertraline in March already."),
)
WANTS_NO_MORE = "Finds it too intense and wants no more today; calm, talks clearly"
